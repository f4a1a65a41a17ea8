from django.db import models


class Product(models.Model):
    name = models.TextField()
    colour = models.TextField()
    price = models.FloatField()

    class Meta:
        managed = False
        db_table = "products"


class Customer(models.Model):
    name = models.TextField()
    email = models.TextField()
    city = models.TextField()
    role = models.TextField()

    class Meta:
        managed = False
        db_table = "customers"

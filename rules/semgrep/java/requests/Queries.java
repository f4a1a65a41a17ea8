package shop;

import com.mongodb.client.model.Filters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.servlet.http.HttpServletRequest;
import javax.xml.xpath.XPath;
import org.bson.Document;
import org.springframework.web.bind.annotation.*;

class Orders {
    private static final Map<String, String> COLUMNS = Map.of("date", "created_at");
    private static final Set<String> STATES = Set.of("open", "closed");

    void list(HttpServletRequest request, Statement statement, Connection connection) throws Exception {
        String customer = request.getParameter("customer");
        // ruleid: setpoint.java.sql-injection
        statement.executeQuery("SELECT * FROM orders WHERE customer = '" + customer + "'");
        // ruleid: setpoint.java.sql-injection
        statement.execute(String.format("SELECT * FROM orders WHERE state = '%s'", request.getHeader("state")));
        StringBuilder text = new StringBuilder("SELECT * FROM orders WHERE city = '");
        text.append(request.getParameter("city"));
        // ruleid: setpoint.java.sql-injection
        connection.prepareStatement(text.toString());
        PreparedStatement prepared = connection.prepareStatement("SELECT * FROM orders WHERE customer = ?");
        // ok: setpoint.java.sql-injection
        prepared.setString(1, customer);
        // ok: setpoint.java.sql-injection
        statement.executeQuery("SELECT * FROM orders ORDER BY " + COLUMNS.get(request.getParameter("by")));
        int page = Integer.parseInt(request.getParameter("page"));
        // ok: setpoint.java.sql-injection
        statement.executeQuery("SELECT * FROM orders LIMIT 10 OFFSET " + page);
        // ok: setpoint.java.sql-injection
        statement.executeQuery("SELECT * FROM orders");
        String state = request.getParameter("state");
        if (!STATES.contains(state)) {
            throw new IllegalArgumentException(state);
        }
        // ok: setpoint.java.sql-injection
        statement.executeQuery("SELECT * FROM orders WHERE state = '" + state + "'");
    }
}

@RestController
class Customers {
    @GetMapping("/customers/{name}")
    List<Customer> named(@PathVariable String name, @RequestParam("page") int page, @RequestParam UUID id) {
        // ruleid: setpoint.java.sql-injection
        entityManager.createQuery("FROM Customer c WHERE c.name = '" + name + "'");
        // ok: setpoint.java.sql-injection
        jdbcTemplate.query("SELECT * FROM customer LIMIT 10 OFFSET " + page, rows);
        // ok: setpoint.java.sql-injection
        jdbcTemplate.query("SELECT * FROM customer WHERE id = '" + id + "'", rows);
        // ok: setpoint.java.sql-injection
        return jdbcTemplate.query("SELECT * FROM customer WHERE name = ?", rows, name);
    }

    @PostMapping("/customers")
    void add(@RequestBody Customer customer) {
        // ruleid: setpoint.java.sql-injection
        jdbcTemplate.update("INSERT INTO customer (name) VALUES ('" + customer.getName() + "')");
    }
}

class CustomerRepository {
    private static final Pattern NAME = Pattern.compile("[a-z]{1,20}");

    ResultSet find(String name) throws Exception {
        // ruleid: setpoint.java.sql-from-parameter
        return statement.executeQuery("SELECT id FROM customer WHERE name = '" + name + "'");
    }

    void rename(long id, String name) throws Exception {
        // ruleid: setpoint.java.sql-from-parameter
        String text = String.format("UPDATE customer SET name = '%s' WHERE id = ?", name);
        connection.prepareStatement(text).setLong(1, id);
    }

    void drop(String table) throws Exception {
        // ruleid: setpoint.java.sql-from-parameter
        statement.execute("DROP TABLE %s".formatted(table));
    }

    ResultSet page(int number) throws Exception {
        // ok: setpoint.java.sql-from-parameter
        return statement.executeQuery("SELECT id FROM customer LIMIT 10 OFFSET " + number);
    }

    ResultSet run(String text, Object... values) throws Exception {
        // ok: setpoint.java.sql-from-parameter
        return connection.prepareStatement(text).executeQuery();
    }

    ResultSet named(String name) throws Exception {
        if (!NAME.matcher(name).matches()) {
            return null;
        }
        // ok: setpoint.java.sql-from-parameter
        return statement.executeQuery("SELECT id FROM customer WHERE name = '" + name + "'");
    }

    String label(String name) {
        // ok: setpoint.java.sql-from-parameter
        return "Select a customer like " + name;
    }
}

class Documents {
    void find(HttpServletRequest request, String name, int age) {
        // ruleid: setpoint.java.nosql-injection
        users.find(Document.parse("{name: '" + request.getParameter("name") + "'}"));
        // ruleid: setpoint.java.nosql-injection
        users.find(Filters.where("this.name == '" + name + "'"));
        // ruleid: setpoint.java.nosql-injection
        template.find(new BasicQuery(String.format("{name: '%s'}", name)), User.class);
        // ok: setpoint.java.nosql-injection
        users.find(Filters.eq("name", request.getParameter("name")));
        // ok: setpoint.java.nosql-injection
        users.find(new Document("name", name));
        // ok: setpoint.java.nosql-injection
        users.find(Document.parse("{age: " + age + "}"));
        // ok: setpoint.java.nosql-injection
        users.find(Document.parse("{admin: true}"));
    }
}

class Directory {
    void find(String name, String unit) throws Exception {
        // ruleid: setpoint.java.ldap-injection
        context.search("dc=example", "(uid=" + name + ")", controls);
        // ruleid: setpoint.java.ldap-injection
        context.search("dc=example", String.format("(&(objectClass=person)(cn=%s))", name), controls);
        // ruleid: setpoint.java.ldap-injection
        String wanted = "(mail=%s)".formatted(name);
        // ok: setpoint.java.ldap-injection
        context.search("dc=example", "(uid={0})", new Object[] {name}, controls);
        // ok: setpoint.java.ldap-injection
        context.search("dc=example", "(uid=" + LdapEncoder.filterEncode(name) + ")", controls);
        // ok: setpoint.java.ldap-injection
        context.search("dc=example", "(uid=admin)", controls);
        if (!Set.of("sales", "support").contains(unit)) {
            throw new IllegalArgumentException(unit);
        }
        // ok: setpoint.java.ldap-injection
        context.search("dc=example", "(ou=" + unit + ")", controls, wanted);
    }
}

class Paths {
    void user(XPath xpath, Document document, String name) throws Exception {
        // ruleid: setpoint.java.xpath-injection
        xpath.evaluate("//user[@name='" + name + "']", document);
        // ruleid: setpoint.java.xpath-injection
        xpath.compile(String.format("//user[@name='%s']", name));
        // ruleid: setpoint.java.xpath-injection
        document.selectNodes("//user[@name='" + name + "']");
        // ok: setpoint.java.xpath-injection
        xpath.evaluate("//user[@name=$name]", document);
        // ok: setpoint.java.xpath-injection
        xpath.evaluate("//user[" + Integer.parseInt(name) + "]", document);
        // ok: setpoint.java.xpath-injection
        Pattern.compile(name);
        if (!name.matches("[a-z]+")) throw new IllegalArgumentException(name);
        // ok: setpoint.java.xpath-injection
        xpath.evaluate("//user[@name='" + name + "']", document);
    }
}

package example.library;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** Digests, tokens and seals. */
public final class Keys {
    private static final String DATABASE_PASSWORD = "shelf-keeper-77";
    private static final String PASSWORD_FIELD = "password";
    private static final String SECRET_NAME = "library/database";
    private static final Random RANDOM = new Random();

    private Keys() {}

    public static String databasePassword() {
        return DATABASE_PASSWORD;
    }

    public static List<String> fields() {
        return List.of(PASSWORD_FIELD, SECRET_NAME);
    }

    public static byte[] digest(String password) throws GeneralSecurityException {
        return MessageDigest.getInstance("MD5").digest(password.getBytes());
    }

    public static byte[] seal(byte[] key, byte[] text) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("DES/ECB/PKCS5Padding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
        return cipher.doFinal(text);
    }

    public static byte[] wrap(byte[] key, byte[] text) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        return cipher.doFinal(text);
    }

    public static String etag(byte[] body) throws GeneralSecurityException {
        return new BigInteger(1, MessageDigest.getInstance("SHA-1").digest(body)).toString(36);
    }

    public static int shard(String isbn) throws GeneralSecurityException {
        return MessageDigest.getInstance("MD5").digest(isbn.getBytes())[0] & 7;
    }

    public static String session() {
        return Long.toHexString(RANDOM.nextLong());
    }

    public static String resetCode() {
        return String.format("%06d", ThreadLocalRandom.current().nextInt(1_000_000));
    }

    public static String lane(List<String> lanes) {
        return lanes.get(RANDOM.nextInt(lanes.size()));
    }

    public static long jitter(long base) {
        return base + (long) (Math.random() * base);
    }

    public static String invitation() {
        return new BigInteger(128, new SecureRandom()).toString(36);
    }
}

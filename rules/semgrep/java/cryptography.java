package shop;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.DriverManager;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Cipher;
import javax.net.ssl.X509TrustManager;
import org.apache.commons.codec.digest.DigestUtils;

class Digests {
    void digests(byte[] data, String password, String salt, MessageDigest digest) throws Exception {
        // ruleid: setpoint.java.weak-hash
        MessageDigest.getInstance("MD5");
        // ruleid: setpoint.java.weak-hash
        MessageDigest.getInstance("SHA-1");
        // ruleid: setpoint.java.weak-hash
        DigestUtils.sha1Hex(data);
        // ok: setpoint.java.weak-hash
        MessageDigest.getInstance("SHA-256");
        // ok: setpoint.java.weak-hash
        MessageDigest.getInstance("SHA3-512");
        // ok: setpoint.java.weak-hash
        DigestUtils.sha256Hex(data);
        // ok: setpoint.java.weak-hash
        Mac.getInstance("HmacSHA1");
        // ruleid: setpoint.java.password-hashed-quickly
        digest.digest(password.getBytes());
        // ruleid: setpoint.java.password-hashed-quickly
        digest.digest((salt + password).getBytes("UTF-8"));
        // ruleid: setpoint.java.password-hashed-quickly
        DigestUtils.sha256Hex(password);
        // ok: setpoint.java.password-hashed-quickly
        new BCryptPasswordEncoder().encode(password);
        // ok: setpoint.java.password-hashed-quickly
        digest.digest(data);
        // ok: setpoint.java.password-hashed-quickly
        DigestUtils.sha256Hex(salt);
        // ok: setpoint.java.password-hashed-quickly
        digest.digest(salt.getBytes());
    }
}

class Ciphers {
    void ciphers() throws Exception {
        // ruleid: setpoint.java.weak-cipher
        Cipher.getInstance("DES/CBC/PKCS5Padding");
        // ruleid: setpoint.java.weak-cipher
        Cipher.getInstance("AES/ECB/PKCS5Padding");
        // ruleid: setpoint.java.weak-cipher
        Cipher.getInstance("AES");
        // ok: setpoint.java.weak-cipher
        Cipher.getInstance("AES/GCM/NoPadding");
        // ok: setpoint.java.weak-cipher
        Cipher.getInstance("ChaCha20-Poly1305");
        // ok: setpoint.java.weak-cipher
        Cipher.getInstance("RSA/None/OAEPWithSHA-256AndMGF1Padding");
        // ok: setpoint.java.weak-cipher
        KeyGenerator.getInstance("AES");
    }
}

class Resets {
    void reset(Account account) {
        Random random = new Random();
        // ruleid: setpoint.java.predictable-random
        int pin = random.nextInt(10000);
        // ruleid: setpoint.java.predictable-random
        account.resetCode = String.valueOf(new Random().nextInt());
        // ruleid: setpoint.java.predictable-random
        long sessionId = ThreadLocalRandom.current().nextLong();
        // ok: setpoint.java.predictable-random
        byte[] token = new SecureRandom().generateSeed(32);
        // ok: setpoint.java.predictable-random
        int pause = random.nextInt(100);
        // ok: setpoint.java.predictable-random
        double share = Math.random();
        // ok: setpoint.java.predictable-random
        String colour = COLOURS.get(new Random().nextInt(3));
    }

    String makeToken() {
        // ruleid: setpoint.java.predictable-random
        return Long.toHexString(new Random().nextLong());
    }
}

// ruleid: setpoint.java.certificate-not-checked
class Anybody implements X509TrustManager {
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    public X509Certificate[] getAcceptedIssuers() {
        return null;
    }
}

// ok: setpoint.java.certificate-not-checked
class Pinned implements X509TrustManager {
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        if (!chain[0].equals(pinned)) {
            throw new CertificateException(type);
        }
    }
}

class Connections {
    void connect(HttpsURLConnection connection) {
        // ruleid: setpoint.java.certificate-not-checked
        connection.setHostnameVerifier((host, session) -> true);
        // ruleid: setpoint.java.certificate-not-checked
        HttpClients.custom().setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);
        // ok: setpoint.java.certificate-not-checked
        connection.setHostnameVerifier((host, session) -> host.equals("example.org"));
        // ok: setpoint.java.certificate-not-checked
        connection.setSSLSocketFactory(context.getSocketFactory());
        // ok: setpoint.java.certificate-not-checked
        HttpClients.custom().build();
    }
}

class Tokens {
    void claims(String token, Algorithm algorithm) {
        // ruleid: setpoint.java.token-not-verified
        JWT.decode(token);
        // ruleid: setpoint.java.token-not-verified
        JWT.create().sign(Algorithm.none());
        // ruleid: setpoint.java.token-not-verified
        Jwts.parserBuilder().build().parseClaimsJwt(token);
        // ok: setpoint.java.token-not-verified
        JWT.require(algorithm).build().verify(token);
        // ok: setpoint.java.token-not-verified
        Jwts.parser().verifyWith(key).build().parseSignedClaims(token);
        // ok: setpoint.java.token-not-verified
        JWT.create().sign(algorithm);
        // ok: setpoint.java.token-not-verified
        Jwts.parserBuilder().setSigningKey(key).build().parseClaimsJws(token);
    }
}

class Secrets {
    // ruleid: setpoint.java.hard-coded-credential
    private static final String DATABASE_PASSWORD = "tr0ub4dor-and-3";
    // ok: setpoint.java.hard-coded-credential
    private static final String PASSWORD_FIELD = "new_password_1";
    // ok: setpoint.java.hard-coded-credential
    private static final String API_KEY = "<your key here>";

    void connect(String password) throws Exception {
        // ruleid: setpoint.java.hard-coded-credential
        DriverManager.getConnection("jdbc:postgresql://db/shop", "shop", "kX9-vbw2!qq");
        // ruleid: setpoint.java.hard-coded-credential
        Algorithm.HMAC256("s3cr3t-in-source");
        // ruleid: setpoint.java.hard-coded-credential
        source.setPassword("9f8b7c6d5e4f3a2b");
        // ok: setpoint.java.hard-coded-credential
        DriverManager.getConnection("jdbc:postgresql://db/shop", "shop", password);
        // ok: setpoint.java.hard-coded-credential
        String secret = System.getenv("SHOP_SECRET");
        // ok: setpoint.java.hard-coded-credential
        source.setPassword(System.getenv("DATABASE_PASSWORD"));
    }
}

package shop;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.File;
import java.io.FileWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;
import javax.servlet.http.Cookie;
import javax.servlet.http.HttpServletResponse;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.SAXParserFactory;
import javax.xml.stream.XMLInputFactory;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;

class Documents {
    void weak(String text) throws Exception {
        // ruleid: setpoint.java.xml-external-entities
        DocumentBuilderFactory one = DocumentBuilderFactory.newInstance();
        one.newDocumentBuilder().parse(text);
        // ruleid: setpoint.java.xml-external-entities
        SAXParserFactory two = SAXParserFactory.newInstance();
        two.setNamespaceAware(true);
        // ruleid: setpoint.java.xml-external-entities
        XMLInputFactory three = XMLInputFactory.newInstance();
    }

    void strong() throws Exception {
        // ok: setpoint.java.xml-external-entities
        DocumentBuilderFactory one = DocumentBuilderFactory.newInstance();
        one.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        // ok: setpoint.java.xml-external-entities
        SAXParserFactory two = SAXParserFactory.newInstance();
        two.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        // ok: setpoint.java.xml-external-entities
        XMLInputFactory three = XMLInputFactory.newInstance();
        three.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        // ok: setpoint.java.xml-external-entities
        TransformerFactory four = TransformerFactory.newInstance();
        four.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    }

    void json(ObjectMapper mapper, PolymorphicTypeValidator validator) {
        // ruleid: setpoint.java.any-class-from-json
        mapper.enableDefaultTyping();
        // ruleid: setpoint.java.any-class-from-json
        mapper.activateDefaultTyping(LaissezFaireSubTypeValidator.instance, ObjectMapper.DefaultTyping.NON_FINAL);
        // ok: setpoint.java.any-class-from-json
        mapper.activateDefaultTyping(validator, ObjectMapper.DefaultTyping.NON_FINAL);
        // ok: setpoint.java.any-class-from-json
        mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        // ok: setpoint.java.any-class-from-json
        xstream.allowTypes(new Class[] {Order.class});
        // ruleid: setpoint.java.any-class-from-json
        ParserConfig.getGlobalInstance().setAutoTypeSupport(true);
        // ok: setpoint.java.any-class-from-json
        ParserConfig.getGlobalInstance().setSafeMode(true);
    }
}

class Errors {
    void answer(Exception error, HttpServletResponse response) throws Exception {
        // ruleid: setpoint.java.debugger-on
        error.printStackTrace(response.getWriter());
        // ruleid: setpoint.java.debugger-on
        response.getWriter().println(ExceptionUtils.getStackTrace(error));
        // ruleid: setpoint.java.debugger-on
        response.getWriter().print(error.getStackTrace());
        // ok: setpoint.java.debugger-on
        log.error("the order failed", error);
        // ok: setpoint.java.debugger-on
        response.getWriter().print("the order failed");
        // ok: setpoint.java.debugger-on
        response.sendError(500);
        // ok: setpoint.java.debugger-on
        error.printStackTrace();
    }
}

class Cookies {
    void weak(HttpServletResponse response, String value) {
        // ruleid: setpoint.java.cookie-unprotected
        Cookie one = new Cookie("session", value);
        response.addCookie(one);
        // ruleid: setpoint.java.cookie-unprotected
        Cookie two = new Cookie("auth_token", value);
        two.setHttpOnly(true);
        // ruleid: setpoint.java.cookie-unprotected
        response.addCookie(new Cookie("sid", value));
        // ruleid: setpoint.java.cookie-protection-off
        one.setSecure(false);
        // ruleid: setpoint.java.cookie-protection-off
        two.setHttpOnly(false);
        // ruleid: setpoint.java.cookie-protection-off
        ResponseCookie.from("language", value).secure(false);
    }

    void strong(HttpServletResponse response, String value) {
        // ok: setpoint.java.cookie-unprotected
        Cookie one = new Cookie("session", value);
        // ok: setpoint.java.cookie-protection-off
        one.setSecure(true);
        // ok: setpoint.java.cookie-protection-off
        one.setHttpOnly(true);
        // ok: setpoint.java.cookie-unprotected
        Cookie two = new Cookie("auth_token", value);
        two.setHttpOnly(true);
        two.setPath("/");
        two.setSecure(true);
        // ok: setpoint.java.cookie-unprotected
        Cookie three = new Cookie("language", value);
        // ok: setpoint.java.cookie-unprotected
        response.addCookie(new Cookie("language", value));
        // ok: setpoint.java.cookie-protection-off
        ResponseCookie.from("language", value).secure(true);
        // ok: setpoint.java.cookie-protection-off
        three.setMaxAge(3600);
    }
}

class Security {
    void configure(HttpSecurity http) throws Exception {
        // ruleid: setpoint.java.request-forgery-unchecked
        http.csrf().disable();
        // ruleid: setpoint.java.request-forgery-unchecked
        http.csrf(csrf -> csrf.disable());
        // ruleid: setpoint.java.request-forgery-unchecked
        http.csrf(AbstractHttpConfigurer::disable);
        // ok: setpoint.java.request-forgery-unchecked
        http.csrf(Customizer.withDefaults());
        // ok: setpoint.java.request-forgery-unchecked
        http.csrf(csrf -> csrf.csrfTokenRepository(CookieCsrfTokenRepository.withHttpOnlyFalse()));
        // ok: setpoint.java.request-forgery-unchecked
        http.formLogin().disable();
        // ok: setpoint.java.request-forgery-unchecked
        http.httpBasic(basic -> basic.disable());
    }
}

class FileSettings {
    void permissions(File file, Path path, String text) throws Exception {
        // ruleid: setpoint.java.open-to-everybody
        file.setWritable(true, false);
        // ruleid: setpoint.java.open-to-everybody
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        // ruleid: setpoint.java.open-to-everybody
        permissions.add(PosixFilePermission.OTHERS_WRITE);
        // ok: setpoint.java.open-to-everybody
        file.setWritable(true, true);
        // ok: setpoint.java.open-to-everybody
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        // ok: setpoint.java.open-to-everybody
        permissions.add(PosixFilePermission.OTHERS_READ);
        // ok: setpoint.java.open-to-everybody
        file.setReadable(true);
        // ruleid: setpoint.java.temporary-file
        new FileWriter("/tmp/shop.txt");
        // ruleid: setpoint.java.temporary-file
        Files.writeString(Path.of("/tmp/shop.txt"), text);
        // ruleid: setpoint.java.temporary-file
        File.createTempFile("shop", ".txt");
        // ok: setpoint.java.temporary-file
        Files.createTempFile("shop", ".txt");
        // ok: setpoint.java.temporary-file
        Files.readString(Path.of("/tmp/shop.txt"));
        // ok: setpoint.java.temporary-file
        new FileWriter("/srv/tmp/shop.txt");
        // ok: setpoint.java.temporary-file
        Files.createTempDirectory("shop");
    }

    // ruleid: setpoint.java.slow-expression
    static final Pattern WORDS = Pattern.compile("^(\\w+\\s?)*$");
    // ok: setpoint.java.slow-expression
    static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    // ok: setpoint.java.slow-expression
    static final Pattern FIELDS = Pattern.compile("[^,]*,[^,]*");

    void expressions(String text) {
        // ruleid: setpoint.java.slow-expression
        text.matches("(a+)+b");
        // ruleid: setpoint.java.slow-expression
        text.replaceAll("([a-z0-9]+)*@", "");
        // ok: setpoint.java.slow-expression
        text.matches("[0-9]{4}-[0-9]{2}");
        // ok: setpoint.java.slow-expression
        text.split(",");
    }
}

package example.library;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.naming.NamingException;
import javax.naming.directory.InitialDirContext;
import javax.naming.directory.SearchControls;
import javax.net.ssl.HttpsURLConnection;
import javax.script.ScriptEngineManager;
import javax.script.ScriptException;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.Velocity;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestTemplate;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** Programs, neighbours, rules and the directory. */
@RestController
public class ToolController {
    private static final Set<String> HOSTS = Set.of("hooks.library.example");
    private static final Map<String, String> KINDS = Map.of("staff", "person", "rooms", "room");
    private final RestTemplate rest = new RestTemplate();
    private final Document plan;

    public ToolController(Document plan) {
        this.plan = plan;
    }

    @GetMapping("/tools/ping")
    public long ping(@RequestParam String host) throws IOException {
        return Runtime.getRuntime().exec(new String[] {"sh", "-c", "ping -c 1 " + host}).pid();
    }

    @PostMapping("/tools/pack")
    public long pack(@RequestBody String name) throws IOException {
        return new ProcessBuilder("/bin/bash", "-c", "tar cf /dev/null " + name).start().pid();
    }

    @GetMapping("/tools/version")
    public long version() throws IOException {
        return Runtime.getRuntime().exec("uname -a").pid();
    }

    @GetMapping("/tools/show")
    public long show(@RequestParam String text) throws IOException {
        return new ProcessBuilder("echo", "--", text).start().pid();
    }

    @GetMapping("/tools/price")
    public Object price(@RequestParam String rule) throws ScriptException {
        return new ScriptEngineManager().getEngineByName("js").eval(rule);
    }

    @PostMapping("/tools/rule")
    public Object rule(@RequestBody String rule) {
        return new SpelExpressionParser().parseExpression(rule).getValue();
    }

    @GetMapping("/tools/hours")
    public Object hours() throws ScriptException {
        return new ScriptEngineManager().getEngineByName("js").eval("7 * 24");
    }

    @GetMapping("/tools/week")
    public Object week(@RequestParam int days) {
        SimpleEvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding().build();
        return new SpelExpressionParser().parseExpression("#root / 7").getValue(context, days);
    }

    @GetMapping("/tools/preview")
    public String preview(@RequestParam String url) {
        return rest.getForObject(url, String.class);
    }

    @PostMapping("/tools/callback")
    public int callBack(@RequestBody Map<String, String> wanted) throws IOException {
        return new URL(wanted.get("url")).openStream().read();
    }

    @PostMapping("/tools/hook")
    public int hook(@RequestBody String url) throws IOException, InterruptedException {
        URI wanted = URI.create(url);
        if (!"https".equals(wanted.getScheme()) || !HOSTS.contains(wanted.getHost())) {
            return 400;
        }
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(wanted).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @GetMapping("/tools/weather")
    public String weather(@RequestParam String city) {
        return rest.getForObject("https://weather.library.example/v1/{city}", String.class, city);
    }

    @GetMapping("/tools/partner")
    public int partner() throws IOException {
        HttpsURLConnection connection = (HttpsURLConnection) new URL("https://partner.library.example/").openConnection();
        connection.setHostnameVerifier((name, session) -> true);
        return connection.getResponseCode();
    }

    @GetMapping("/tools/partner/checked")
    public int partnerChecked() throws IOException {
        HttpsURLConnection connection = (HttpsURLConnection) new URL("https://partner.library.example/").openConnection();
        connection.setHostnameVerifier(HttpsURLConnection.getDefaultHostnameVerifier());
        return connection.getResponseCode();
    }

    @GetMapping("/tools/page")
    public String page(@RequestParam String source) {
        java.io.StringWriter out = new java.io.StringWriter();
        Velocity.evaluate(new VelocityContext(), out, "page", source);
        return out.toString();
    }

    @GetMapping("/tools/notice")
    public String notice(@RequestParam int number) {
        java.io.StringWriter out = new java.io.StringWriter();
        Velocity.evaluate(new VelocityContext(Map.of("number", number)), out, "notice", "Book $number is back");
        return out.toString();
    }

    @GetMapping("/tools/people")
    public boolean people(@RequestParam String name) throws NamingException {
        return new InitialDirContext(new Hashtable<>()).search("o=library", "(cn=" + name + ")", new SearchControls()).hasMore();
    }

    @GetMapping("/tools/people/bound")
    public boolean peopleBound(@RequestParam String name) throws NamingException {
        return new InitialDirContext(new Hashtable<>()).search("o=library", "(cn={0})", new Object[] {name}, new SearchControls()).hasMore();
    }

    @GetMapping("/tools/people/kind")
    public boolean peopleOfKind(@RequestParam String kind) throws NamingException {
        String filter = "(objectClass=" + KINDS.getOrDefault(kind, "person") + ")";
        return new InitialDirContext(new Hashtable<>()).search("o=library", filter, new SearchControls()).hasMore();
    }

    @GetMapping("/tools/room")
    public String room(@RequestParam String name) throws Exception {
        return XPathFactory.newInstance().newXPath().evaluate("//room[@name='" + name + "']", plan);
    }

    @GetMapping("/tools/room/bound")
    public String roomBound(@RequestParam String name) throws Exception {
        XPath path = XPathFactory.newInstance().newXPath();
        path.setXPathVariableResolver(variable -> name);
        return path.evaluate("//room[@name=$name]", plan);
    }

    @PostMapping("/tools/invoice")
    public String invoice(@RequestBody String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(text))).getDocumentElement().getTextContent();
    }

    @PostMapping("/tools/invoice/safe")
    public String safeInvoice(@RequestBody String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(text))).getDocumentElement().getTextContent();
    }

    @GetMapping("/tools/keys")
    public List<Object> keys(@RequestParam String password) throws GeneralSecurityException {
        return List.of(Keys.digest(password), Keys.etag(new byte[0]), Keys.shard("1"), Keys.resetCode(), Keys.lane(List.of("a")), Keys.jitter(5), Keys.fields());
    }

    @PostMapping("/tools/seal")
    public List<Object> seal(@RequestBody String text) throws GeneralSecurityException {
        byte[] key = System.getenv("SEAL").getBytes();
        return List.of(Keys.seal(key, text.getBytes()), Keys.wrap(key, text.getBytes()), Keys.databasePassword().length());
    }
}

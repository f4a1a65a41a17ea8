package shop;

import java.io.PrintWriter;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.owasp.encoder.Encode;
import org.slf4j.Logger;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.servlet.view.RedirectView;
import org.springframework.web.util.HtmlUtils;

class Hello {
    void doGet(HttpServletRequest request, HttpServletResponse response) throws Exception {
        String name = request.getParameter("name");
        // ruleid: setpoint.java.cross-site-scripting
        response.getWriter().println("<p>Hello " + name + "</p>");
        PrintWriter out = response.getWriter();
        // ruleid: setpoint.java.cross-site-scripting
        out.printf("<p>Hello %s</p>", request.getHeader("name"));
        // ok: setpoint.java.cross-site-scripting
        out.println("<p>Hello " + HtmlUtils.htmlEscape(name) + "</p>");
        // ok: setpoint.java.cross-site-scripting
        out.println("<p>" + name.length() + "</p>");
        // ok: setpoint.java.cross-site-scripting
        out.println("<p>Hello</p>");
    }

    void plain(HttpServletRequest request, HttpServletResponse response) throws Exception {
        response.setContentType("text/plain");
        // ok: setpoint.java.cross-site-scripting
        response.getWriter().print(request.getParameter("name"));
    }
}

@RestController
class Pages {
    @GetMapping("/hello/{name}")
    String hello(@PathVariable String name) {
        // ruleid: setpoint.java.cross-site-scripting
        return "<p>Hello " + name + "</p>";
    }

    @GetMapping("/escaped/{name}")
    String escaped(@PathVariable String name) {
        // ok: setpoint.java.cross-site-scripting
        return "<p>Hello " + Encode.forHtml(name) + "</p>";
    }

    @GetMapping("/count/{number}")
    String count(@PathVariable int number) {
        // ok: setpoint.java.cross-site-scripting
        return "<p>" + number + "</p>";
    }
}

class Login {
    private static final Map<String, String> HOMES = Map.of("shop", "/shop");
    private static final Set<String> HOSTS = Set.of("example.org");

    void doGet(HttpServletRequest request, HttpServletResponse response) throws Exception {
        String target = request.getParameter("next");
        // ruleid: setpoint.java.open-redirect
        response.sendRedirect(target);
        // ruleid: setpoint.java.open-redirect
        response.setHeader("Location", "https://" + request.getParameter("host"));
        // ok: setpoint.java.open-redirect
        response.sendRedirect("/orders/" + request.getParameter("id"));
        // ok: setpoint.java.open-redirect
        response.sendRedirect(HOMES.get(request.getParameter("home")));
        // ok: setpoint.java.open-redirect
        response.sendRedirect("https://example.org/search?q=" + request.getParameter("q"));
        URI parsed = URI.create(target);
        if (!HOSTS.contains(parsed.getHost())) {
            throw new IllegalArgumentException(target);
        }
        // ok: setpoint.java.open-redirect
        response.sendRedirect(target);
    }

    @GetMapping("/out")
    RedirectView out(@RequestParam String to) {
        // ruleid: setpoint.java.open-redirect
        return new RedirectView(to);
    }
}

class Search {
    void search(HttpServletRequest request, Logger log) {
        String query = request.getParameter("query");
        // ruleid: setpoint.java.log-injection
        log.info("somebody looks for " + query);
        // ruleid: setpoint.java.log-injection
        log.warn("nothing was found for {}", query);
        // ruleid: setpoint.java.log-injection
        logger.error(String.format("looking for %s failed", request.getHeader("q")));
        // ok: setpoint.java.log-injection
        log.info("somebody looks for {}", query.replaceAll("[\r\n]", " "));
        // ok: setpoint.java.log-injection
        log.info("somebody looks for {} letters", query.length());
        // ok: setpoint.java.log-injection
        log.info("somebody looks for {}", Encode.forJava(query));
        // ok: setpoint.java.log-injection
        log.info("somebody looks for something");
    }
}

package shop;

import freemarker.template.Template;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.script.ScriptEngine;
import javax.servlet.http.HttpServletRequest;
import org.springframework.expression.ExpressionParser;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.*;

class Tools {
    private static final Map<String, String> PROGRAMS = Map.of("png", "optipng");

    void ping(HttpServletRequest request) throws Exception {
        String host = request.getParameter("host");
        // ruleid: setpoint.java.command-injection
        Runtime.getRuntime().exec("ping -c 1 " + host);
        // ruleid: setpoint.java.command-injection
        new ProcessBuilder("sh", "-c", "ping -c 1 " + host).start();
        // ruleid: setpoint.java.command-injection
        Runtime.getRuntime().exec(new String[] {"/bin/bash", "-c", "ping -c 1 " + host});
        // ruleid: setpoint.java.command-injection
        new ProcessBuilder(request.getParameter("program"), "-v").start();
        // ok: setpoint.java.command-injection
        new ProcessBuilder("ping", "-c", "1", host).start();
        // ok: setpoint.java.command-injection
        Runtime.getRuntime().exec(new String[] {"ping", "-c", "1", host});
        // ok: setpoint.java.command-injection
        new ProcessBuilder(PROGRAMS.get(request.getParameter("kind")), "in.png").start();
        // ok: setpoint.java.command-injection
        Runtime.getRuntime().exec("uptime");
        if (!Set.of("alpha", "beta").contains(host)) {
            return;
        }
        // ok: setpoint.java.command-injection
        Runtime.getRuntime().exec("ping -c 1 " + host);
    }

    void pack(String folder, int level) throws Exception {
        // ruleid: setpoint.java.command-from-parameter
        Runtime.getRuntime().exec("tar czf /srv/out.tgz " + folder);
        // ruleid: setpoint.java.command-from-parameter
        new ProcessBuilder("bash", "-c", "du -s " + folder).start();
        // ruleid: setpoint.java.command-from-parameter
        new ProcessBuilder(List.of("sh", "-c", String.format("rm -r %s", folder))).start();
        // ok: setpoint.java.command-from-parameter
        new ProcessBuilder("tar", "czf", "/srv/out.tgz", folder).start();
        // ok: setpoint.java.command-from-parameter
        Runtime.getRuntime().exec(new String[] {"tar", "czf", "/srv/out.tgz", folder});
        // ok: setpoint.java.command-from-parameter
        Runtime.getRuntime().exec("nice -n " + level + " make");
        // ok: setpoint.java.command-from-parameter
        Runtime.getRuntime().exec("make clean");
    }
}

class Rules {
    Object price(HttpServletRequest request, ScriptEngine engine, ExpressionParser parser, String text)
            throws Exception {
        // ruleid: setpoint.java.code-injection
        engine.eval(request.getParameter("formula"));
        // ruleid: setpoint.java.code-injection
        parser.parseExpression(text).getValue();
        // ruleid: setpoint.java.code-injection
        MVEL.eval("price * " + text);
        // ruleid: setpoint.java.code-injection
        Class.forName(request.getParameter("plugin"));
        // ok: setpoint.java.code-injection
        parser.parseExpression("price * factor").getValue(order);
        // ok: setpoint.java.code-injection
        engine.put("factor", request.getParameter("factor"));
        // ok: setpoint.java.code-injection
        engine.eval("price * 2");
        // ok: setpoint.java.code-injection
        return Class.forName("shop.plugins.Csv");
    }
}

@Controller
class Greetings {
    void greet(HttpServletRequest request, String text) throws Exception {
        // ruleid: setpoint.java.template-injection
        new Template("greeting", new StringReader("Hello " + request.getParameter("name")), configuration);
        // ruleid: setpoint.java.template-injection
        Velocity.evaluate(context, writer, "greeting", text);
        // ok: setpoint.java.template-injection
        new Template("greeting", new StringReader("Hello ${name}"), configuration).process(model, writer);
        // ok: setpoint.java.template-injection
        Velocity.evaluate(context, writer, text, "Hello $name");
        // ok: setpoint.java.template-injection
        handlebars.compileInline(Files.readString(Path.of("greeting.hbs"))).apply(text);
    }

    @GetMapping("/pages/{name}")
    String page(@PathVariable String name, Model model) {
        // ruleid: setpoint.java.template-injection
        return "pages/" + name;
    }

    @GetMapping("/about")
    String about(@RequestParam String name, Model model) {
        model.addAttribute("name", name);
        // ok: setpoint.java.template-injection
        return "about";
    }

    @PostMapping("/orders/{id}")
    String order(@PathVariable String id) {
        // ok: setpoint.java.template-injection
        return "redirect:/orders/" + id;
    }
}

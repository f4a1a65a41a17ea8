package example.library;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Documents below the library's folder. */
public class FileServlet extends HttpServlet {
    private static final Path FOLDER = Paths.get("/srv/library").toAbsolutePath();
    private static final Map<String, String> FORMS = Map.of("loan", "loan.pdf", "return", "return.pdf");

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        switch (request.getPathInfo()) {
            case "/read" -> read(request, response);
            case "/send" -> send(request, response);
            case "/inside" -> inside(request, response);
            case "/form" -> form(request, response);
            case "/last" -> last(request, response);
            case "/leave" -> leave(request, response);
            case "/box" -> box(request, response);
            case "/login" -> login(response);
            case "/login/strict" -> strictLogin(response);
            case "/theme" -> theme(response);
            default -> response.sendError(404);
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        switch (request.getPathInfo()) {
            case "/remove" -> remove(request, response);
            case "/spool" -> spool(request, response);
            case "/spool/well" -> spoolWell(request, response);
            case "/share" -> share(request, response);
            case "/close" -> close(request, response);
            case "/state" -> state(request, response);
            case "/own" -> own(response);
            default -> response.sendError(404);
        }
    }

    private void read(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Files.copy(Paths.get("/srv/library/" + request.getParameter("name")), response.getOutputStream());
    }

    private void send(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try (FileInputStream file = new FileInputStream(new File(FOLDER.toFile(), request.getHeader("X-Document")))) {
            file.transferTo(response.getOutputStream());
        }
    }

    private void remove(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Files.deleteIfExists(FOLDER.resolve(request.getParameter("name")));
        response.setStatus(204);
    }

    private void inside(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Path wanted = FOLDER.resolve(request.getParameter("name")).normalize();
        if (!wanted.startsWith(FOLDER)) {
            response.sendError(404);
            return;
        }
        Files.copy(wanted, response.getOutputStream());
    }

    private void form(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = FORMS.getOrDefault(request.getParameter("kind"), "loan.pdf");
        Files.copy(FOLDER.resolve(name), response.getOutputStream());
    }

    private void last(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = request.getParameter("name").replaceAll("[^a-z0-9-]", "") + ".txt";
        Files.copy(FOLDER.resolve(name), response.getOutputStream());
    }

    private void leave(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.sendRedirect(request.getParameter("site"));
    }

    private void box(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/html");
        response.getWriter().println("<input name='q' value='" + request.getParameter("q") + "'>");
    }

    private void login(HttpServletResponse response) {
        Cookie cookie = new Cookie("session", Keys.session());
        response.addCookie(cookie);
    }

    private void strictLogin(HttpServletResponse response) {
        Cookie cookie = new Cookie("session", Keys.invitation());
        cookie.setHttpOnly(true);
        cookie.setSecure(true);
        response.addCookie(cookie);
    }

    private void theme(HttpServletResponse response) {
        Cookie cookie = new Cookie("theme", "dark");
        response.addCookie(cookie);
    }

    private void spool(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Files.write(new File("/tmp/library-last-order").toPath(), request.getInputStream().readAllBytes());
        response.setStatus(204);
    }

    private void spoolWell(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Files.write(Files.createTempFile("library", ".tmp"), request.getInputStream().readAllBytes());
        response.setStatus(204);
    }

    private void share(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Path path = FOLDER.resolve("shared.txt");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        response.setStatus(204);
    }

    private void close(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Path path = FOLDER.resolve("shared.txt");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        response.setStatus(204);
    }

    private void state(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        try (ObjectInputStream stream = new ObjectInputStream(request.getInputStream())) {
            response.getWriter().print(stream.readObject());
        } catch (ClassNotFoundException error) {
            throw new ServletException(error);
        }
    }

    private void own(HttpServletResponse response) throws IOException, ServletException {
        try (ObjectInputStream stream = new ObjectInputStream(new FileInputStream("/srv/library/own.state"))) {
            response.getWriter().print(stream.readObject().hashCode());
        } catch (ClassNotFoundException error) {
            throw new ServletException(error);
        }
    }
}

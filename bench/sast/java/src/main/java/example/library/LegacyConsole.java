package example.library;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.ObjectInputStream;

/** A console of former days: no servlet, no bean, and no caller. */
final class LegacyConsole {
    private LegacyConsole() {}

    static void run(HttpServletRequest request) throws IOException {
        Runtime.getRuntime().exec(request.getParameter("line"));
    }

    static Object load(HttpServletRequest request) throws IOException, ClassNotFoundException {
        return new ObjectInputStream(request.getInputStream()).readObject();
    }

    static void leave(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.sendRedirect(request.getParameter("back"));
    }
}

package example.library;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;

/** Copies what the library keeps; run by those who run the machine. */
public final class Backup {
    private Backup() {}

    public static void main(String[] arguments) throws IOException {
        new ProcessBuilder("sh", "-c", "tar cf " + arguments[0] + " /srv/library").start();
        list(arguments[1]);
    }

    private static void list(String path) throws IOException {
        System.out.println(Files.readString(Paths.get(path)));
    }
}

package dev.runlog.app.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Creates temporary data directories with an initialised database. They are copies of one, because unpacking and
 * initialising PostgreSQL takes seconds.
 */
public final class DatabaseDirectory implements TempDirFactory {
    private static final class Holder {
        static final Path ORIGINAL = initialise();
    }

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        Path directory = Files.createTempDirectory("runlog-test");
        copyInto(directory);
        return directory;
    }

    /** Copies an initialised database into an empty directory. */
    static void copyInto(Path directory) throws IOException {
        try {
            int code = new ProcessBuilder("cp", "-Rp", Holder.ORIGINAL + "/.", directory.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IOException("cp exited with code " + code);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException(stop);
        }
    }

    private static Path initialise() {
        try {
            Path directory = Files.createTempDirectory("runlog-test");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            EmbeddedDatabase.start(directory).close();
            return directory;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

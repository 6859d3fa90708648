package dev.runlog.gateway.console;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The bundle of the console, in memory. Its manifest names the files; the names contain a hash of the content.
 * Immutable, and shared by all event loops.
 */
public final class ConsoleFiles {
    private static final String DIRECTORY = "console/";
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml");

    private final Properties manifest;
    private final Map<String, File> files;

    private ConsoleFiles(Properties manifest, Map<String, File> files) {
        this.manifest = manifest;
        this.files = Map.copyOf(files);
    }

    /** A file, as it is and compressed. */
    static final class File {
        private final String mediaType;
        private final byte[] content;
        private final byte[] gzip;

        private File(String mediaType, byte[] content, byte[] gzip) {
            this.mediaType = mediaType;
            this.content = content;
            this.gzip = gzip;
        }

        String mediaType() {
            return mediaType;
        }

        Buffer content() {
            return Buffer.buffer(content);
        }

        Buffer gzip() {
            return Buffer.buffer(gzip);
        }
    }

    /** Reads the bundle; empty if this program was built without a console. */
    public static Optional<ConsoleFiles> read(ClassLoader loader) {
        try (InputStream in = loader.getResourceAsStream(DIRECTORY + "manifest.properties")) {
            if (in == null) {
                return Optional.empty();
            }
            Properties manifest = new Properties();
            try (Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
                manifest.load(text);
            }
            Map<String, File> files = new HashMap<>();
            for (String name : names(manifest, "files")) {
                files.put(name, new File(mediaType(name), bytes(loader, name), bytes(loader, name + ".gz")));
            }
            return Optional.of(new ConsoleFiles(manifest, files));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The name of the file for an entry, such as {@code main.js}. */
    String entry(String key) {
        return Objects.requireNonNull(manifest.getProperty(key), key);
    }

    /** The names of the scripts that the first one imports. */
    List<String> preloads() {
        return names(manifest, "preload");
    }

    @Nullable
    File find(String name) {
        return files.get(name);
    }

    private static List<String> names(Properties manifest, String key) {
        return List.of(manifest.getProperty(key, "").split(" ")).stream()
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static String mediaType(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1);
        return MEDIA_TYPES.getOrDefault(extension, "application/octet-stream");
    }

    private static byte[] bytes(ClassLoader loader, String name) throws IOException {
        try (InputStream in = loader.getResourceAsStream(DIRECTORY + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}

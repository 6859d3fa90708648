package dev.runlog.bench.server;

import dev.runlog.bench.support.BenchFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of a JVM's threads by the IDs that they have in /proc. */
final class ThreadNames {
    /** {@code nid} is hexadecimal up to Java 19. */
    private static final Pattern THREAD = Pattern.compile("^\"(.+)\" .*\\bnid=(0x[0-9a-f]+|[0-9]+)\\b");

    private static final long PATIENCE_SECONDS = 30;

    private ThreadNames() {}

    /** Reads them with jcmd; without a JDK, the kernel's, which are cut to 15 characters. */
    static Map<Long, String> of(long pid) {
        Map<Long, String> names = new HashMap<>();
        ProcessorTime.read(pid, null)
                .ifPresent(time -> time.threads().forEach((id, thread) -> names.put(id, thread.name())));
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (Files.isExecutable(jcmd)) {
            names.putAll(parse(dump(jcmd, pid)));
        }
        return names;
    }

    private static String dump(Path jcmd, long pid) {
        try {
            Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "Thread.print")
                    .redirectErrorStream(true)
                    .start();
            String dump = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return dump;
        } catch (IOException failure) {
            throw new BenchFailure("Cannot run jcmd: " + failure.getMessage(), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("Interrupted.", stop);
        }
    }

    static Map<Long, String> parse(String dump) {
        Map<Long, String> names = new HashMap<>();
        dump.lines()
                .map(THREAD::matcher)
                .filter(Matcher::find)
                .forEach(thread -> names.put(Long.decode(thread.group(2)), thread.group(1)));
        return names;
    }
}

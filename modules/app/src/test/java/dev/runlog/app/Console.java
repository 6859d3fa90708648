package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where commands are typed: takes what they print, from its making until it is closed. */
final class Console implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream outBefore = System.out;
    private final PrintStream errBefore = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    Console() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    /** Runs a command at a server or a database, named by options, and returns its exit code. */
    int run(String[] at, String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(at));
        return Main.run(all.toArray(String[]::new));
    }

    /** The same where the launcher finds people at both ends, who type an answer. */
    int runOnTerminal(String typed, String[] at, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
        System.setProperty("runlog.interactive", "true");
        try {
            return run(at, arguments);
        } finally {
            System.clearProperty("runlog.interactive");
            System.setIn(before);
        }
    }

    /** What a command that must succeed prints. */
    String text(String[] at, String... arguments) {
        int code = run(at, arguments);
        assertThat(code).as(err()).isZero();
        return out();
    }

    JsonNode json(String[] at, String... arguments) throws IOException {
        return JSON.readTree(text(at, arguments));
    }

    /** What the last command printed. */
    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        System.setOut(outBefore);
        System.setErr(errBefore);
    }
}

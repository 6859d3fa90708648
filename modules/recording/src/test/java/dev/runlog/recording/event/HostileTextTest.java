package dev.runlog.recording.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.recording.redaction.Redaction;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that are slow to scan unless each scan takes linear time. */
final class HostileTextTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TEXT_CHARS = 1_000_000;
    /** Deeper than any of the texts, but not so deep that the length alone rules it out. */
    private static final int DEPTH_MAX = 400_000;
    /** Large enough for a text with all characters escaped. */
    private static final int SIZE_MAX = 8 * TEXT_CHARS;
    /** So that compiling counts less. */
    private static final int RUNS = 4;
    /** Nanoseconds below which times are not compared. */
    private static final long NOISE = 2_000_000;

    private final Redaction redaction = new Redaction(
            List.of(), List.of("*password", "*token", "*apikey", "*secret", "*authorization", "cookie"), true);

    static Stream<String> hostile() {
        return Stream.of(
                        "sk-",
                        "eyJ",
                        "eyJaaaaaaaa.",
                        "://a:b",
                        "://a:b/",
                        "password=",
                        "password=null ",
                        "password=\"",
                        "\"password\":{",
                        "\"password\":\"\\",
                        "-----BEGIN PRIVATE",
                        "-----BEGIN PRIVATE KEY",
                        "Bearer ",
                        "Basic aaaa",
                        "nnnnnnnnnnnnnnnn=",
                        "token",
                        "AKIA",
                        "\\",
                        "\\u",
                        "\"",
                        ":",
                        "Authorization: [redacted] ",
                        "\"password\":\\\"[redacted] ",
                        "://a:b/c/",
                        "[redacted]",
                        "'",
                        "=",
                        ",",
                        "-",
                        " -p x",
                        " -pa",
                        " --password ",
                        " --password is",
                        "curl -u a",
                        " -u",
                        " -u a:",
                        " --user a:1",
                        "password '",
                        "PASSWORD('a''",
                        " by ",
                        "IDENTIFIED BY ",
                        "<",
                        "<a",
                        "<password>",
                        "<password><![CDATA[",
                        "<a name=\"password\" value=\"",
                        "&lt;",
                        "&lt;password&gt;",
                        "password -> ",
                        "password=${a",
                        "password={{",
                        "a",
                        "1",
                        "password1",
                        "password=>",
                        "password :=",
                        "password=u",
                        "password={",
                        "password={\"",
                        "(\"password\",",
                        "(\"password\",\"",
                        "('password',\\\"(\"password\",\\\\'",
                        "\"-p\",\"",
                        "thin:",
                        "jdbc:oracle:thin:",
                        "jdbc:oracle:thin:a/b",
                        "://hooks.slack.com/services/",
                        "://a.b.c.d.e.f.g",
                        "ya29.",
                        "ya29.a",
                        "2026-11-24T04:",
                        "{\"name\":\"cookie\",\"value\":[")
                .map(part -> part.repeat(TEXT_CHARS / part.length()));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void becomesStorableInLinearTime(String text) {
        long ofSixteenth = Math.max(NOISE, processorTime(text.substring(0, text.length() / 16)));

        // Linear time takes 16 times as long for 16 times as many characters, quadratic time 256 times.
        assertThat(processorTime(text)).isLessThan(100 * ofSixteenth);
    }

    /** Nanoseconds for storing a text as text, as JSON and as a JSON string; the best of a few runs. */
    private long processorTime(String text) {
        String quoted = JsonShape.asString(text, SIZE_MAX);
        long best = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            Storable<ExecutionPart> parts = new Storable<>(redaction, DEPTH_MAX, ExecutionPart.class);
            long start = THREADS.getCurrentThreadCpuTime();
            parts.text(text, SIZE_MAX, ExecutionPart.ERROR_MESSAGE);
            parts.json(text, SIZE_MAX, ExecutionPart.PAYLOAD);
            parts.json(quoted, SIZE_MAX, ExecutionPart.RESULT);
            best = Math.min(best, THREADS.getCurrentThreadCpuTime() - start);
        }
        return best;
    }
}

package dev.runlog.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Starts and finishes are sent regardless of payload, result or exception. */
final class UnusualValuesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private EventsEndpoint endpoint;

    @BeforeEach
    void listen() throws Exception {
        endpoint = EventsEndpoint.recordingAll();
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    /** These types are public because Jackson calls them. */
    public static final class SelfReference {
        public SelfReference getSelf() {
            return this;
        }
    }

    public static final class MutualReference {
        public Map<String, Object> getNext() {
            return Map.of("other", this);
        }
    }

    public static final class ThrowingGetter {
        private final List<String> names = List.of();

        public String getName() {
            return names.get(0);
        }
    }

    public static final class Raw {
        @JsonRawValue
        public final String json;

        Raw(String json) {
            this.json = json;
        }
    }

    private static Map<String, Object> selfReference() {
        Map<String, Object> map = new HashMap<>();
        map.put("self", map);
        return map;
    }

    private static Object nested(int depth) {
        Object value = 1;
        for (int i = 0; i < depth; i++) {
            value = new ArrayList<>(List.of(value));
        }
        return value;
    }

    static List<Object> unserialisable() {
        return List.of(
                new Object(),
                new SelfReference(),
                new MutualReference(),
                selfReference(),
                new ThrowingGetter(),
                nested(100_000),
                new Raw("{not json"),
                new Raw("1,\"forged\":2} {"),
                List.of(1).iterator(),
                Stream.of(1));
    }

    @ParameterizedTest
    @MethodSource("unserialisable")
    void recordsANoteInPlaceOfAnUnserialisableValue(Object value) throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.start("odd", RunOptions.none().withPayload(value)).succeed(value);
        }

        String type = value.getClass().getName();
        assertThat(endpoint.recorded).hasSize(2);
        assertThat(line(0).get("payload")).hasToString("{\"unserialisable\":\"" + type + "\"}");
        assertThat(line(1).get("result")).hasToString("{\"unserialisable\":\"" + type + "\"}");
        assertThat(line(1).get("status").asText()).isEqualTo("SUCCESS");
        assertThat(endpoint.reported).isEmpty();
    }

    @Test
    void serialisesJavaTimeOptionalsAndLargeNumbers() throws Exception {
        Instant noon = Instant.parse("2026-01-02T12:00:00Z");
        BigInteger large = BigInteger.TEN.pow(5_000);
        try (Recorder recorder = endpoint.recorder().build()) {
            assertThat(recorder.<Instant>record("x", () -> noon)).isEqualTo(noon);
            recorder.record("x", () -> Optional.of(Duration.ofSeconds(5)));
            recorder.record("x", () -> Optional.empty());
            recorder.record("x", () -> OptionalInt.of(3));
            recorder.record("x", () -> large);
            recorder.record("x", () -> new Raw("{\n\"a\":\r\n1}"));
            recorder.record("x", () -> null);
        }

        assertThat(Stream.iterate(1, i -> i <= 13, i -> i + 2).map(i -> endpoint.recorded
                        .get(i)
                        .replaceFirst(".*\"result\":", "")
                        .replaceFirst(",\"error\":null}$", "")))
                .containsExactly(
                        "\"2026-01-02T12:00:00Z\"",
                        "\"PT5S\"",
                        "null",
                        "3",
                        large.toString(),
                        "{\"json\":{ \"a\":  1}}",
                        "null");
    }

    @Test
    void leavesIteratorsAndStreamsUnread() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            Iterator<Integer> iterator = recorder.record("x", () -> List.of(1).iterator());
            Stream<Integer> stream = recorder.record("x", () -> Stream.of(1, 2));

            assertThat(iterator.next()).isEqualTo(1);
            assertThat(stream).containsExactly(1, 2);
        }
    }

    @Test
    void boundsEndlessValues() throws Exception {
        Iterable<String> endless = () -> Stream.generate(() -> "again").iterator();
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.start("x").succeed(endless);
            recorder.start("x", RunOptions.none().withPayload("x".repeat(2_000_000)))
                    .cancel("y".repeat(300_000));
        }

        assertThat(line(1).get("result").fieldNames()).toIterable().containsExactly("truncated");
        assertThat(line(2).get("payload")).hasToString("{\"truncated\":\"java.lang.String\"}");
        assertThat(line(3).get("result").asText()).hasSize(300_000);
    }

    @Test
    void truncatesValuesThatAreTooLargeOnlyInBytes() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.start("x").succeed("€".repeat(400_000));
        }

        assertThat(line(1).get("result")).hasToString("{\"truncated\":\"java.lang.String\"}");
        assertThat(endpoint.reported).isEmpty();
    }

    @Test
    void replacesLoneSurrogates() throws Exception {
        Map<String, String> labels = Map.of("a\uD800", "\uDC00b");
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.start("x", RunOptions.none().withLabels(labels).withPayload(labels))
                    .fail("T\uD800", "\uDC00 \uD83D\uDE00", null, List.of("\uD800"));
        }

        assertThat(line(0).get("labels")).hasToString("{\"a\uFFFD\":\"\uFFFDb\"}");
        assertThat(line(0).get("payload")).hasToString("{\"a\uFFFD\":\"\uFFFDb\"}");
        assertThat(line(1).at("/error/type").asText()).isEqualTo("T\uFFFD");
        assertThat(line(1).at("/error/message").asText()).isEqualTo("\uFFFD \uD83D\uDE00");
        assertThat(line(1).at("/result/0").asText()).isEqualTo("\uFFFD");
    }

    /** An exception with a method that throws. */
    private static final class Hostile extends Exception {
        private static final long serialVersionUID = 1L;

        private final String method;

        Hostile(String method) {
            super("hostile");
            this.method = method;
        }

        private void throwIf(String called) {
            if (called.equals(method)) {
                throw new IllegalStateException("thrown by " + called);
            }
        }

        @Override
        public String getMessage() {
            throwIf("getMessage");
            return super.getMessage();
        }

        @Override
        public String toString() {
            throwIf("toString");
            return super.toString();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throwIf("getStackTrace");
            return super.getStackTrace();
        }

        @Override
        public synchronized Throwable getCause() {
            throwIf("getCause");
            return switch (method) {
                case "itself" -> this;
                case "endless" -> new Hostile("endless");
                default -> null;
            };
        }

        @Override
        public void printStackTrace(java.io.PrintWriter writer) {
            throwIf("printStackTrace");
            super.printStackTrace(writer);
        }
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void recordsAndRethrowsHostileExceptions(Throwable failure) throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            assertThatThrownBy(() -> recorder.record("x", () -> {
                        throw sneaky(failure);
                    }))
                    .isSameAs(failure);
        }

        assertThat(line(1).get("status").asText()).isEqualTo("FAILED");
        assertThat(line(1).at("/error/type").asText())
                .isEqualTo(failure.getClass().getName());
        assertThat(line(1).at("/error/stackTrace").asText()).contains("\tat ").hasSizeLessThan(100_000);
        assertThat(endpoint.reported).isEmpty();
    }

    static List<Throwable> hostile() {
        return List.of(
                new Hostile("getMessage"),
                new Hostile("toString"),
                new Hostile("getStackTrace"),
                new Hostile("getCause"),
                new Hostile("printStackTrace"),
                new Hostile("itself"),
                new Hostile("endless"),
                new Exception("NUL \u0000 in it"),
                new Exception((String) null),
                new Exception("m".repeat(2_000_000)),
                new StackOverflowError(),
                new AssertionError("an error"),
                new InterruptedException("stop"),
                new Throwable("neither an exception nor an error"));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> Exception sneaky(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    void recordsARealStackOverflow() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            assertThatThrownBy(() -> recorder.record("x", UnusualValuesTest::endlessly))
                    .isInstanceOf(StackOverflowError.class);
        }

        assertThat(line(1).at("/error/type").asText()).isEqualTo("java.lang.StackOverflowError");
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int endlessly() {
        return endlessly() + 1;
    }

    @Test
    void ignoresLabelsWithoutKeyOrValue() throws Exception {
        Map<String, String> labels = new HashMap<>();
        labels.put("present", "yes");
        labels.put("absent", null);
        labels.put(null, "no key");
        Properties unchecked = new Properties();
        unchecked.put("number", 7);
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.start("x", RunOptions.none().withLabels(labels));
            @SuppressWarnings({"unchecked", "rawtypes"})
            RunOptions options = RunOptions.none().withLabels((Map) unchecked);
            recorder.start("x", options);
        }

        assertThat(line(0).get("labels")).hasToString("{\"present\":\"yes\"}");
        assertThat(line(1).get("labels")).hasToString("{\"number\":\"7\"}");
    }

    @Test
    void namesTheNullArgument() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            assertThatNullPointerException()
                    .isThrownBy(() -> recorder.start(null))
                    .withMessage("workflow");
            assertThatNullPointerException()
                    .isThrownBy(() -> recorder.start("x", null))
                    .withMessage("options");
            assertThatNullPointerException()
                    .isThrownBy(() -> recorder.record("x", null))
                    .withMessage("work");
            assertThatNullPointerException()
                    .isThrownBy(() -> RunOptions.none().withLabels(null))
                    .withMessage("labels");
            assertThatNullPointerException()
                    .isThrownBy(() -> Recorder.to(endpoint.url(), (String) null))
                    .withMessage("token");
            Run run = recorder.start("x");
            assertThatNullPointerException()
                    .isThrownBy(() -> run.startStep(0, null))
                    .withMessage("name");
            run.fail(null);
            run.fail(null, null, null, null);
        }

        assertThat(endpoint.recorded).hasSize(3);
        assertThat(line(1).get("status").asText()).isEqualTo("FAILED");
    }

    @Test
    void keepsLargeValuesThatFit() throws Exception {
        List<String> large = Collections.nCopies(3_000, "x".repeat(20));
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.start("x").succeedStep(0, "read", large);
        }

        assertThat(line(1).at("/steps/0/output")).hasSize(3_000);
    }

    private JsonNode line(int index) throws Exception {
        return JSON.readTree(endpoint.recorded.get(index));
    }
}

package dev.runlog.contract.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EventReaderFuzzTest {
    private static final String ID = "01a20f8e-6a43-7000-8000-000000000001";
    private static final String[] EVENTS = {
        "{\"event\":\"started\",\"workflow\":\"daily-report\",\"id\":\"" + ID
                + "\",\"payload\":{\"a\":[1,2.50,\"é\"]}}",
        "{\"event\":\"started\",\"workflowId\":\"" + ID
                + "\",\"startedAt\":\"2026-11-24T04:26:10.123Z\",\"trigger\":\"cron\","
                + "\"attempt\":2,\"parentId\":\"" + ID
                + "\",\"labels\":{\"env\":\"prod\"},\"heartbeatTimeout\":\"PT1M\"}",
        "{\"event\":\"finished\",\"id\":\"" + ID
                + "\",\"status\":\"FAILED\",\"finishedAt\":\"2026-11-24T05:26:10+01:00\","
                + "\"error\":{\"message\":\"m\",\"type\":\"t\",\"stackTrace\":\"s\",\"details\":{\"code\":-1.5e3}}}",
        "{\"event\":\"execution\",\"id\":\"" + ID
                + "\",\"workflow\":\"w\",\"status\":\"SUCCESS\",\"result\": \"text\" ," + "\"payload\":null}",
        "{\"event\":\"steps\",\"id\":\"" + ID
                + "\",\"owner\":\"team\",\"steps\":[{\"index\":0,\"name\":\"s\",\"kind\":\"http\","
                + "\"status\":\"RUNNING\",\"startedAt\":\"2026-11-24T04:26:10Z\",\"input\":true,\"output\":[],\"error\":{}}]}",
        "{\"event\":\"heartbeat\",\"id\":\"" + ID + "\"}",
        "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"run-7\",\"source\":\"airflow\",\"parentExternalId\":\"run-6\"}"
    };

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Test
    void readsOrRefusesAnyBytes() {
        Fuzz.checkParser(Inputs.bytes(Inputs.near(EVENTS)), line -> {
            RecordingEvent event = EventReader.read(line, 0, line.length);

            for (String json : jsonOf(event)) {
                requireJson(json);
            }
        });
    }

    /** The text of JSON goes on as it came, wherever in a buffer the event lies. */
    @Test
    void keepsTheTextOfJson() {
        Fuzz.check(Inputs.json("event", "payload"), json -> {
            byte[] before = "xyz\n".getBytes(StandardCharsets.UTF_8);
            byte[] line = ("{\"payload\":" + json + ",\"event\":\"started\",\"workflow\":\"w\"}")
                    .getBytes(StandardCharsets.UTF_8);
            byte[] buffer = Arrays.copyOf(before, before.length + line.length + 3);
            System.arraycopy(line, 0, buffer, before.length, line.length);

            RunStarted event = (RunStarted) EventReader.read(buffer, before.length, line.length);

            assertThat(event.payload()).isEqualTo(json.strip().equals("null") ? null : stripped(json));
        });
    }

    private static String stripped(String json) {
        return json.replaceAll("\\A[ \t\r\n]+|[ \t\r\n]+\\z", "");
    }

    private static List<String> jsonOf(RecordingEvent event) {
        List<@Nullable String> all = new ArrayList<>();
        if (event instanceof RunStarted started) {
            all.add(started.payload());
        } else if (event instanceof RunFinished finished) {
            all.add(finished.result());
            all.add(finished.error() == null ? null : finished.error().details());
        } else if (event instanceof Completed both) {
            return Stream.concat(jsonOf(both.start()).stream(), jsonOf(both.finish()).stream())
                    .toList();
        } else if (event instanceof StepsRecorded recorded) {
            recorded.steps().forEach(step -> {
                all.addAll(Arrays.asList(step.input(), step.output()));
                all.add(step.error() == null ? null : step.error().details());
            });
        }
        all.removeIf(json -> json == null);
        return all;
    }

    private static void requireJson(String json) {
        assertThatCode(() -> walk(json)).doesNotThrowAnyException();
    }

    /** Reads tokens only, as a number may be too large to be calculated with. */
    private static void walk(String json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new IOException("It is empty.");
            }
            parser.skipChildren();
            parser.finishToken();
            if (parser.nextToken() != null) {
                throw new IOException("More follows.");
            }
        }
    }
}

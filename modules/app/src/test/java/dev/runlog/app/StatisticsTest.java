package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics by any quarter of an hour, in any time zone. */
@ServerTest
final class StatisticsTest {
    private final RunningServer server;
    private final Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
    private String owner;
    private String token;

    StatisticsTest(RunningServer server) {
        this.server = server;
    }

    @BeforeEach
    void newOwner() {
        owner = server.anOwner();
        token = server.token(owner);
    }

    @Test
    void recordedPerDayDividesByTheDaysThatItSums() {
        List<Instant> starts = new ArrayList<>();
        for (int day = 1; day <= 10; day++) {
            for (int run = 0; run < day; run++) {
                starts.add(today.minus(Duration.ofDays(day)).plusSeconds(run));
            }
        }
        record("w", "SUCCESS", starts);

        assertThat(statistics("recordedPerDay", "from", day(-2)).asDouble()).isEqualTo(1.5);
        assertThat(statistics("recordedPerDay", "from", day(-10)).asDouble()).isEqualTo(4);
        assertThat(statistics("recordedPerDay", "from", day(-10), "to", day(-8)).asDouble())
                .isEqualTo(9.5);
        // Only the day before yesterday and yesterday lie wholly in this range.
        assertThat(statistics("recordedPerDay", "from", day(-3).plusSeconds(900))
                        .asDouble())
                .isEqualTo(1.5);
    }

    @Test
    void boundsWithinADayAreHonoured() {
        Instant day = day(-2);
        record("w", "SUCCESS", List.of(day.plus(Duration.ofHours(10)), day.plus(Duration.ofMinutes(615)), day(-1)));
        record("w", "FAILED", List.of(day.plus(Duration.ofMinutes(629))));

        Instant from = day.plus(Duration.ofMinutes(615));
        assertThat(statistics("recorded { total failed }", "from", from).toString())
                .isEqualTo("{\"total\":3,\"failed\":1}");
        assertThat(statistics("stored { total }", "from", from).get("total").asInt())
                .isEqualTo(3);
        assertThat(statistics("recorded { total }", "from", from, "to", day(-1))
                        .get("total")
                        .asInt())
                .isEqualTo(2);
        assertThat(statistics("recorded { total }", "from", day, "to", from)
                        .get("total")
                        .asInt())
                .isOne();
        assertThat(statistics("recorded { total }", "from", from, "to", from.plus(Duration.ofMinutes(15)))
                        .get("total")
                        .asInt())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from: \"2026-11-24T10:07:00Z\"",
                "to: \"2026-11-24T10:15:00.001Z\"",
                "from: \"2026-11-24T00:00:00Z\", to: \"2026-11-24T00:00:00Z\"",
                "timeZone: \"Mars/Olympus\"",
                "timeZone: \"+00:07\"",
                "from: \"2020-01-01T00:00:00Z\", interval: HOUR, withEmptyIntervals: true"
            })
    void refuseWhatTheRollupsDoNotHave(String arguments) {
        assertThat(server.code(token, "{ statistics(" + arguments + ") { recorded { total } } }"))
                .isEqualTo("BAD_INPUT");
    }

    @Test
    void weeksThatTheRangeCutsAreNotComplete() {
        LocalDate monday = LocalDate.of(2026, 3, 2);
        Instant start = monday.atStartOfDay(ZoneOffset.UTC).toInstant();

        JsonNode weeks = intervals(
                "from", start.plus(Duration.ofDays(2)), "to", start.plus(Duration.ofDays(16)), "interval", "WEEK");

        assertThat(RunningServer.texts(weeks, "/isComplete")).containsExactly("false", "true", "false");
        assertThat(weeks.at("/0/from").asText()).startsWith("2026-03-04T00:00");
        assertThat(weeks.at("/1/from").asText()).startsWith("2026-03-09T00:00");
        assertThat(weeks.at("/2/to").asText()).startsWith("2026-03-18T00:00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "UTC"})
    void daysAreThoseOfTheTimeZone(String zone) {
        ZoneId id = ZoneId.of(zone);
        LocalDate day = LocalDate.now(id).minusDays(3);
        Instant start = day.atStartOfDay(id).toInstant();
        Instant end = day.plusDays(1).atStartOfDay(id).toInstant();
        record("w", "SUCCESS", List.of(start.minusMillis(1), start, end.minusMillis(1), end));

        JsonNode days = intervals("interval", "DAY", "timeZone", zone, "withEmptyIntervals", false);

        assertThat(RunningServer.texts(days, "/recorded/total")).containsExactly("1", "2", "1");
        assertThat(Instant.parse(days.at("/1/from").asText())).isEqualTo(start);
        assertThat(Instant.parse(days.at("/1/to").asText())).isEqualTo(end);
        assertThat(days.at("/1/isComplete").asBoolean()).isTrue();
        assertThat(days.at("/1/averageDurationMillis").isNull()).isEqualTo(!zone.equals("UTC"));
    }

    @Test
    void daysOfAChangeOfClocksHave23And25Hours() {
        JsonNode spring = intervals(
                "from",
                Instant.parse("2026-03-27T23:00:00Z"),
                "to",
                Instant.parse("2026-03-29T22:00:00Z"),
                "interval",
                "DAY",
                "timeZone",
                "Europe/Berlin");
        JsonNode autumn = intervals(
                "from",
                Instant.parse("2025-10-25T22:00:00Z"),
                "to",
                Instant.parse("2025-10-26T23:00:00Z"),
                "interval",
                "HOUR",
                "timeZone",
                "Europe/Berlin");

        assertThat(spring).hasSize(2);
        assertThat(length(spring.get(0))).isEqualTo(Duration.ofHours(24));
        assertThat(length(spring.get(1))).isEqualTo(Duration.ofHours(23));
        assertThat(RunningServer.texts(spring, "/isComplete")).containsExactly("true", "true");
        assertThat(autumn).hasSize(25);
    }

    @Test
    void hoursCountTheirOwnExecutions() {
        Instant noon = day(-1).plus(Duration.ofHours(12));
        record("w", "SUCCESS", List.of(noon, noon.plusSeconds(3599), noon.plusSeconds(3600)));

        JsonNode hours = intervals("interval", "HOUR", "withEmptyIntervals", false, "from", day(-1));
        JsonNode all = intervals("interval", "HOUR", "from", day(-1), "to", day(0));

        assertThat(RunningServer.texts(hours, "/recorded/total")).containsExactly("2", "1");
        assertThat(all).hasSize(24);
        assertThat(all.at("/12/recorded/total").asInt()).isEqualTo(2);
    }

    @Test
    void workflowsComeInTheRequestedOrder() {
        List<Instant> three = List.of(day(-2), day(-2).plusSeconds(1), day(-2).plusSeconds(2));
        record("often", "SUCCESS", three);
        record("broken", "FAILED", three.subList(0, 2));

        assertThat(keys("RECORDED")).containsExactly("often", "broken");
        assertThat(keys("STORED")).containsExactly("often", "broken");
        assertThat(keys("FAILURES")).containsExactly("broken", "often");
        assertThat(keys("AVERAGE_DURATION")).hasSize(2);
        JsonNode cut = server.graphql(
                token,
                "query($f: DateTime) { statistics(from: $f) { recorded { total } byWorkflow { workflow { key } } } }",
                "f",
                day(-2).plusSeconds(900).toString());
        assertThat(cut.at("/data/statistics/recorded/total").asInt()).isZero();
        assertThat(cut.at("/data/statistics/byWorkflow").isNull()).isTrue();
        assertThat(cut.at("/errors/0/extensions/code").asText()).isEqualTo("BAD_INPUT");
        assertThat(server.code(token, "{ statistics { byWorkflow(first: 101) { successRate } } }"))
                .isEqualTo("BAD_INPUT");
    }

    @Test
    void aWorkflowHasItsOwn() {
        record("a", "SUCCESS", List.of(day(-1)));
        record("b", "SUCCESS", List.of(day(-1), day(-1).plusSeconds(1)));

        JsonNode of = server.data(
                        token,
                        "{ workflowByKey(key: \"b\") { statistics(interval: DAY) { recorded { total } intervals { recorded { total } } } } }")
                .at("/workflowByKey/statistics");

        assertThat(of.at("/recorded/total").asInt()).isEqualTo(2);
        assertThat(of.at("/intervals/0/recorded/total").asInt()).isEqualTo(2);
    }

    @Test
    void operatorsReadThoseOfAnotherOwner() {
        record("w", "SUCCESS", List.of(day(-1), day(-1).plusSeconds(1)));
        String query =
                "{ statistics(owner: \"" + owner + "\") { recorded { total } byWorkflow { workflow { key owner } } } }";
        String operator = server.token(server.anOwner(), "ops");

        JsonNode seen = server.data(operator, query).get("statistics");

        assertThat(seen.at("/recorded/total").asInt()).isEqualTo(2);
        assertThat(seen.at("/byWorkflow/0/workflow/owner").asText()).isEqualTo(owner);
        assertThat(server.code(server.token(server.anOwner()), query)).isEqualTo("FORBIDDEN");
        assertThat(server.code(
                        operator, "{ statistics(owner: \"" + owner + "\", allOwners: true) { recorded { total } } }"))
                .isEqualTo("BAD_INPUT");
    }

    private Instant day(int days) {
        return today.plus(Duration.ofDays(days));
    }

    private void record(String workflow, String status, List<Instant> starts) {
        StringBuilder events = new StringBuilder();
        for (Instant start : starts) {
            UUID id = Ids.at(start);
            events.append("{\"event\":\"execution\",\"id\":\"" + id + "\",\"workflow\":\"" + workflow
                    + "\",\"status\":\"" + status + "\",\"finishedAt\":\"" + start.plusMillis(5) + "\"}\n");
        }
        assertThat(RunningServer.json(server.events(token, events.toString()))
                        .get("recorded")
                        .asInt())
                .isEqualTo(starts.size());
    }

    private JsonNode statistics(String field, Object... variables) {
        return server.data(
                        token,
                        "query($from: DateTime, $to: DateTime) { statistics(from: $from, to: $to) { " + field + " } }",
                        texts(variables))
                .get("statistics")
                .elements()
                .next();
    }

    private JsonNode intervals(Object... variables) {
        List<Object> all = new ArrayList<>(List.of(variables));
        if (!all.contains("withEmptyIntervals")) {
            all.addAll(List.of("withEmptyIntervals", true));
        }
        return server.data(
                        token,
                        "query($from: DateTime, $to: DateTime, $interval: StatisticsInterval, $timeZone: String, "
                                + "$withEmptyIntervals: Boolean) { statistics(from: $from, to: $to, interval: $interval, "
                                + "timeZone: $timeZone, withEmptyIntervals: $withEmptyIntervals) { intervals { from to "
                                + "isComplete recorded { total } averageDurationMillis } } }",
                        texts(all.toArray()))
                .at("/statistics/intervals");
    }

    private static Object[] texts(Object... variables) {
        Object[] texts = variables.clone();
        for (int i = 0; i < texts.length; i++) {
            texts[i] = texts[i] instanceof Instant instant ? instant.toString() : texts[i];
        }
        return texts;
    }

    private List<String> keys(String order) {
        return RunningServer.texts(
                server.data(token, "{ statistics { byWorkflow(orderBy: " + order + ") { workflow { key } } } }")
                        .at("/statistics/byWorkflow"),
                "/workflow/key");
    }

    private static Duration length(JsonNode interval) {
        return Duration.between(
                Instant.parse(interval.get("from").asText()),
                Instant.parse(interval.get("to").asText()));
    }
}

package dev.runlog.recording.event;

import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.recording.redaction.Redaction;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Measures the cost of making payloads storable. A program that prints the CPU time in microseconds for a typical
 * payload: for the text checks alone, without secrets and with one.
 */
final class RedactionCost {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 8;
    private static final int CALLS = 40_000;

    private RedactionCost() {}

    public static void main(String[] args) {
        List<String> names = List.of(
                "*password",
                "*passwd",
                "*pwd",
                "*secret",
                "*token",
                "*apikey",
                "*accesskey",
                "*privatekey",
                "*authorization",
                "*credential",
                "*credentials",
                "cookie",
                "*sessionid",
                "*connectionstring");
        Redaction redaction = new Redaction(List.of(), names, true);
        for (int members : new int[] {15, 60}) {
            List<String> plain = payloads(members, false);
            List<String> secret = payloads(members, true);
            System.out.printf("%d chars%n", plain.get(0).length());
            for (int round = 0; round < ROUNDS; round++) {
                System.out.printf(
                        "storable %.2f us, no secret %.2f us, one secret %.2f us%n",
                        time(plain, json -> TextRules.storableJson(json).length()),
                        time(plain, json -> stored(redaction, json)),
                        time(secret, json -> stored(redaction, json)));
            }
        }
    }

    private interface Use {
        int of(String json);
    }

    private static int stored(Redaction redaction, String json) {
        Storable<ExecutionPart> parts = new Storable<>(redaction, 500, ExecutionPart.class);
        String stored = parts.json(json, 262_144, ExecutionPart.PAYLOAD);
        return stored == null ? 0 : stored.length();
    }

    private static double time(List<String> payloads, Use use) {
        long sum = 0;
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < CALLS; i++) {
            sum += use.of(payloads.get(i % payloads.size()));
        }
        long nanos = THREADS.getCurrentThreadCpuTime() - start;
        return sum == 0 ? Double.NaN : nanos / 1000.0 / CALLS;
    }

    private static List<String> payloads(int members, boolean secret) {
        Random random = new Random(1);
        List<String> payloads = new ArrayList<>();
        for (int n = 0; n < 64; n++) {
            StringBuilder json = new StringBuilder(
                    "{\"source\":\"https://example.com/hooks/" + n + "\",\"at\":\"2026-11-24T04:26:10.123Z\"");
            for (int i = 0; i < members; i++) {
                json.append(",\"")
                        .append(List.of("orderId", "customerName", "lineItems", "quantity_total", "description")
                                .get(i % 5))
                        .append(i)
                        .append("\":")
                        .append(
                                i % 3 == 0
                                        ? Integer.toString(random.nextInt(100_000))
                                        : i % 3 == 1
                                                ? "[1.5,true,null]"
                                                : "\"Some words of a customer, " + Long.toHexString(random.nextLong())
                                                        + "-b1 for the shop\"");
            }
            payloads.add(json.append(secret ? ",\"clientSecret\":\"x\"}" : "}").toString());
        }
        return payloads;
    }
}

package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits are those of the server: connections of an owner or an address count on whichever event loop they are. */
@ServerTest({
    "HTTP_EVENT_LOOPS=3",
    "HTTP_STREAMS_OWNER_MAX=3",
    "HTTP_BODY_MAX_BYTES=400000",
    "HTTP_BODIES_OWNER_MAX_BYTES=1000000",
    "HTTP_UNAUTHENTICATED_PER_ADDRESS_MAX=" + SharedLimitsTest.STRANGERS_MAX
})
final class SharedLimitsTest {
    static final int STRANGERS_MAX = 6;

    private final RunningServer server;

    SharedLimitsTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void countStreamsOfAnOwner() {
        String token = server.token(server.anOwner());
        List<Subscriber> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(server.subscriber(token));
        }

        for (int i = 0; i < 3; i++) {
            Subscriber refused = server.socket();
            refused.send(Map.of("type", "connection_init", "payload", Map.of("token", token)));
            assertThat(refused.closeCode()).isEqualTo(4429);
        }
        open.forEach(Subscriber::close);
    }

    @Test
    void countBodiesOfAnOwner() throws IOException {
        String token = server.token(server.anOwner());
        List<RawHttp> unfinished = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            unfinished.add(body(token));
        }
        RunningServer.awaitThat(() -> server.metric("runlog_bodies_bytes") >= 800_000);

        for (int i = 0; i < 3; i++) {
            try (RawHttp next = body(token)) {
                assertThat(next.answer().status()).isEqualTo(503);
            }
        }
        for (RawHttp client : unfinished) {
            client.close();
        }
        RunningServer.awaitThat(() -> server.metric("runlog_bodies_bytes") == 0);
    }

    private RawHttp body(String token) throws IOException {
        return new RawHttp(server)
                .send(RawHttp.head("POST /graphql", token, "Content-Type: application/json", "Content-Length: 400000"));
    }

    @Test
    void closeTheOldestStrangerOfAnAddress() throws IOException {
        List<RawHttp> strangers = new ArrayList<>();
        for (int i = 0; i < STRANGERS_MAX + 3; i++) {
            RawHttp stranger = new RawHttp(server).send(RawHttp.head("GET /health/live", ""));
            assertThat(stranger.answer().status()).isEqualTo(200);
            strangers.add(stranger);
        }

        for (RawHttp oldest : strangers.subList(0, 3)) {
            assertThat(oldest.untilClosed()).isEmpty();
        }
        RawHttp newest = strangers.get(strangers.size() - 1).send(RawHttp.head("GET /health/live", ""));
        assertThat(newest.answer().status()).isEqualTo(200);
        for (RawHttp stranger : strangers) {
            stranger.close();
        }
    }
}

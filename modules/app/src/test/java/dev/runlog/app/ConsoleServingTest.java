package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The console that this program was built with. */
@ServerTest
final class ConsoleServingTest {
    private static final Pattern ASSET = Pattern.compile("\"(/ui/assets/[^\"]+)\"");

    private final RunningServer server;

    ConsoleServingTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void servesThePageAndItsFilesWithoutAToken() {
        HttpResponse<String> root = server.get("/", "");
        HttpResponse<String> page = server.get("/ui/executions/0195", "");
        if (getClass().getResource("/console/manifest.properties") == null) {
            assertThat(List.of(root, page)).allSatisfy(answer -> {
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
                assertThat(answer.body()).contains("-Dconsole.esbuild=");
            });
            return;
        }

        assertThat(root.statusCode()).isEqualTo(302);
        assertThat(root.headers().firstValue("Location")).hasValue("/ui/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("data-base=\"\" data-graphiql=\"false\"")
                .doesNotContain("eyJ");
        assertThat(assets(page.body())).hasSizeGreaterThanOrEqualTo(4).allSatisfy(path -> assertThat(
                        server.get(path, "").statusCode())
                .isEqualTo(200));
        assertThat(json(server.get("/nowhere", "")).at("/error/code").asText()).isEqualTo("NOT_FOUND");
    }

    private static List<String> assets(String page) {
        List<String> paths = new ArrayList<>();
        Matcher asset = ASSET.matcher(page);
        while (asset.find()) {
            paths.add(asset.group(1));
        }
        return paths;
    }
}

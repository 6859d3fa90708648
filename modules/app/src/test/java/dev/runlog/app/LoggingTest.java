package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.app.config.Logging;
import dev.runlog.app.config.RunlogConfig;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class LoggingTest {
    @Test
    void keepsAMessageOnItsLine() {
        try (Console console = new Console()) {
            Logging.configure(new RunlogConfig.Log(RunlogConfig.Log.Level.INFO, RunlogConfig.Log.Format.TEXT));

            LoggerFactory.getLogger("dev.runlog.Example")
                    .atWarn()
                    .addKeyValue("key", "a\nb")
                    .log("GET {} failed", "/x\r\n12:00:00.000 INFO  Server: forged\u001b[2J\u202e");
            LoggerFactory.getLogger("dev.runlog.Example").info("next");

            assertThat(console.err().lines())
                    .hasSize(2)
                    .first()
                    .asString()
                    .matches("\\S+ WARN  Example: GET /x\\\\u000d\\\\u000a12:00:00.000 INFO  Server: "
                            + "forged\\\\u001b\\[2J\\\\u202e failed key=\"a\\\\u000ab\"");
        }
    }
}

package dev.runlog.app.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FreeSpaceTest {
    private static final long MEGABYTE = 1 << 20;

    @Test
    void staysLowUntilAQuarterMoreThanTheMinimumIsFree(@TempDir Path directory) throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory, 20)) {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            FreeSpace space = new FreeSpace(List.of(directory), 8 * MEGABYTE, meters);
            assertThat(space.refusal()).isEmpty();

            disk.leave(7 * MEGABYTE);
            space.check();
            assertThat(space.refusal())
                    .hasValue("Low disk space: 7 MB free (database.free-min: 8 MB). Recording is "
                            + "paused; reads and cleanups continue.");
            assertThat(meters.get("runlog.database.free").gauge().value()).isEqualTo(7.0 * MEGABYTE);

            disk.leave(9 * MEGABYTE);
            space.check();
            assertThat(space.refusal()).isPresent();
            assertThat(meters.get("runlog.database.space.low").gauge().value()).isEqualTo(1);

            disk.leave(10 * MEGABYTE);
            space.check();
            assertThat(space.refusal()).isEmpty();
            assertThat(meters.get("runlog.database.space.low").gauge().value()).isZero();
        }
    }

    @Test
    void isNeverLowWithoutAMinimum(@TempDir Path directory) throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory, 20)) {
            FreeSpace space = new FreeSpace(List.of(directory), 0, new SimpleMeterRegistry());

            disk.leave(0);
            space.check();

            assertThat(space.bytes()).isZero();
            assertThat(space.refusal()).isEmpty();
        }
    }
}

package dev.runlog.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ThreadNamesTest {
    @Test
    void readsThreadsOfJava17() {
        assertThat(ThreadNames.parse("""
                4711:
                Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode, sharing):

                "vert.x-eventloop-thread-0" #24 prio=5 os_prio=0 cpu=12.3ms elapsed=1.0s tid=0x00007f93 nid=0x70b4 runnable  [0x1]
                   java.lang.Thread.State: RUNNABLE

                "VM Thread" os_prio=0 cpu=1.00ms elapsed=1.0s tid=0x00007f94 nid=0x70b5 runnable
                """))
                .isEqualTo(Map.of(0x70b4L, "vert.x-eventloop-thread-0", 0x70b5L, "VM Thread"));
    }

    @Test
    void readsThreadsOfJava21() {
        assertThat(
                        ThreadNames.parse(
                                "\"main\" #1 [28852] prio=5 os_prio=0 cpu=1ms elapsed=1s tid=0x00007f95 nid=28852 runnable  [0x1]\n"))
                .isEqualTo(Map.of(28852L, "main"));
    }
}

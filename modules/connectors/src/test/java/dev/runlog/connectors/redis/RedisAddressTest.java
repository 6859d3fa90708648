package dev.runlog.connectors.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisAddressTest {
    @Test
    void readsCredentialsAndNeverShowsThem() {
        RedisAddress address = RedisAddress.parse("rediss://runlog:a%2Fb+c@redis.example.com:6380/2");

        assertThat(address.user()).isEqualTo("runlog");
        assertThat(address.password()).isEqualTo("a/b+c");
        assertThat(address.tls()).isTrue();
        assertThat(address.url()).isEqualTo("rediss://redis.example.com:6380/2");
        assertThat(address).hasToString("rediss://redis.example.com:6380/2");
    }

    @Test
    void needsNoUserAndNoPort() {
        RedisAddress address = RedisAddress.parse("redis://:secret@[::1]");

        assertThat(address.user()).isNull();
        assertThat(address.password()).isEqualTo("secret");
        assertThat(address.url()).isEqualTo("redis://[::1]");
    }

    /** The client would connect to localhost, or without a password. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:secret#1@host",
                "redis://:sec/ret@host",
                "redis://:secret%@host",
                "redis://secret@host",
                "redis://:secret@",
                "http://:secret@host",
                ":secret@host",
                "redis://:secret@host/one",
                "redis://host?password=secret",
                "redis://:secret@host_name",
            })
    void refusesWhatTheClientWouldReadOtherwiseWithoutShowingIt(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Invalid connectors.redis.url (expected redis://")
                .hasNoCause()
                .message()
                .doesNotContain("secret");
    }
}

package dev.runlog.app;

import dev.runlog.testing.PostgresExtension;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the tests of a class against a server on a database of its own; constructors may take the {@link RunningServer}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith({PostgresExtension.class, ServerExtension.class})
@interface ServerTest {
    /** Settings of the server as environment variables, such as {@code HTTP_BODY_TIMEOUT=PT1S}. */
    String[] value() default {};
}

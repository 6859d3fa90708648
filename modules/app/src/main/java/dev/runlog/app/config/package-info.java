/** The configuration: defaults, file, environment variables and logging. */
@NullMarked
package dev.runlog.app.config;

import org.jspecify.annotations.NullMarked;

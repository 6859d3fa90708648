/** The console's part of the build: bundles its TypeScript and CSS. The JAR does not contain this package. */
@NullMarked
package dev.runlog.console.build;

import org.jspecify.annotations.NullMarked;

/** The one exception of the project and its codes, the same on every door: GraphQL, REST, events and the command line. */
@NullMarked
package dev.runlog.contract.error;

import org.jspecify.annotations.NullMarked;

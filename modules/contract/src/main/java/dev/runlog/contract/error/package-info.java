/** The project's one exception and its codes, shared by GraphQL, REST, events and the command line. */
@NullMarked
package dev.runlog.contract.error;

import org.jspecify.annotations.NullMarked;

// The command line as a whole: parses, runs one command, turns its failure into a sentence and an exit code.
#pragma once

namespace omegasafe::cli {

/// Runs the program; returns its exit code (docs/exit-codes.md). Never throws.
int run(int argc, char** argv);

} // namespace omegasafe::cli

// Log streams and levels of reference section 7: DEBUG and INFO to stdout, WARNING and above to stderr; what the
// library says too.
#pragma once

#include <string>

namespace omegasafe::cli {

/// Level names DEBUG, INFO, WARNING, ERROR, CRITICAL, NOTSET in any case, or a number on their scale (10, 20, 30, 40,
/// 50, 0; 100 silences everything). Throws failure(usage) on anything else.
void set_up_logging(const std::string& level);

/// One sentence on stderr, as one line, unless the level is above it.
void log_warning(const std::string& sentence);
void log_error(const std::string& sentence);

} // namespace omegasafe::cli

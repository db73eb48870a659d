#include "cli/terminal/confirmation.hpp"

#include "cli/terminal/terminal.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::cli {

void require_confirmation(bool force, const std::string& question, const std::string& aborted) {
    if (!force && !ask_yes_no(question, false, "--force"))
        throw failure(errc::aborted, aborted);
}

} // namespace omegasafe::cli

// What the batch actor and its workers say about whole trees of files.
#pragma once

#include "messages/messages.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe {

// --- tree_worker ----------------------------------------------------------------------------------------------------

/// One file of a tree with its two sides.
struct tree_file {
    std::size_t number = 0; // the batch's own
    std::filesystem::path input, output;
    file_attributes attributes; // of the plain file
};
/// Small files that share a claim (when encrypting) and a sync.
struct file_group {
    crypto::direction direction{};
    uuid key_uuid{};              // to encrypt with
    std::filesystem::path folder; // all outputs lie below it
    bool overwrite = false;
    std::vector<tree_file> files;
};
struct file_result {
    std::size_t number = 0;
    errc code = errc::none; // none: durable under its name
    std::string sentence;
    file_protection protection{}; // known when code is none
};

/// Bytes done of a large file that is under way.
struct part_progress {
    std::size_t number = 0;
    std::uint64_t bytes = 0;
};

} // namespace omegasafe

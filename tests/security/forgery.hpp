// The experiments with an attacker who writes: a file that is known whole gets another content, and its SHA-256 with
// it.
#pragma once

#include "storage/records/file_metadata.hpp"
#include "tests/security/plaintext.hpp"
#include <memory>
#include <optional>
#include <string_view>

namespace omegasafe::test {

/// encrypted_data of a file as docs/formats.md describes it, without a suffix, from position 0 on. The attacker knows
/// `content` and the file's name, and so all of FileMetadata but its tag and random filling.
class known_file {
public:
    known_file(const storage::key_iteration& delta, const bytes& content);
    known_file(const known_file&) = delete; // learned_ points into the others
    ~known_file();

    /// Share of other bytes of the content's kind that the attacker can put in the place of a byte of the content.
    double replaceable(generator& random) const;
    /// How many contents must be tried, as a power of two, until the 32 bytes of the new SHA-256 can all be written at
    /// their places. Nothing when at some place no byte can.
    std::optional<double> tries_for_digest() const;
    /// Writes `message` into the content, tries up to `most_tries` variants and decrypts the result with the key as
    /// omegasafe would. The number of tries when length and SHA-256 are right; std::logic_error when the tag is, too.
    std::optional<std::uint64_t> forge(std::string_view message, std::uint64_t most_tries) const;

private:
    struct attacker;

    const storage::key_iteration& delta_;
    bytes plain_;
    bytes cipher_text_;
    std::unique_ptr<const attacker> attacker_;
};

} // namespace omegasafe::test

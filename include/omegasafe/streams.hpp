// Encrypting and decrypting what is no file: input and output are callbacks of the program.
#pragma once

#include <omegasafe/files.hpp>

namespace omegasafe {

/// Fills the beginning of `room`, which is never empty, and returns how many bytes; 0 at the end of the input, after
/// which it is not called again. May wait as long as it likes.
using stream_input = std::function<std::size_t(byte_span room)>;

/// Takes the next bytes, all of them; never called with none. They are the library's: copy what is to stay.
using stream_output = std::function<void(const_byte_span bytes)>;

// Both are called from the thread of the call, never after it has returned. What one throws ends the call with
// errc::aborted.

/// A stream to encrypt. The output gets the bytes of an encrypted file, in one pass from its beginning to its end.
struct encrypt_stream {
    stream_input input;
    stream_output output;
    std::string name; // that decrypting gives back: a plain file name, 1-255 bytes
    uuid key_uuid{};
};

/// A stream to decrypt: the bytes of an encrypted file. The output gets nothing before all of them are checked.
struct decrypt_stream {
    stream_input input;
    stream_output output;
};

/// What came of a stream.
struct stream_report {
    std::string name;                  // that it was encrypted under
    std::uint64_t bytes = 0;           // of the plain stream
    std::uint64_t encrypted_bytes = 0; // of the encrypted one
    std::uint64_t positions = 0;       // used or read
    uuid key_uuid{};
    std::uint64_t delta_seq = 0;
    std::chrono::duration<double> seconds{};
    file_protection protection{};
};

} // namespace omegasafe

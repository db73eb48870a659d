// Answers of the C++ API as the structures of the C API (omegasafe.h), each with all that hangs on it.
#pragma once

#include <omegasafe/client.hpp>
#include <omegasafe/omegasafe.h>

namespace omegasafe::engine {

/// Each is handed out as the caller's until omegasafe_free; nothing happens when it is not wanted.
void give_keys(omegasafe_keys** wanted, const std::vector<key_summary>& keys);
void give_report(omegasafe_report** wanted, const file_report& report);
void give_inspection(omegasafe_inspection** wanted, const inspection& found);
void give_text(char** wanted, const std::string& text);
void give_bytes(std::uint8_t** wanted, std::vector<std::uint8_t> bytes);
/// Stay in their locked memory.
void give_bytes(std::uint8_t** wanted, secure_bytes bytes);

} // namespace omegasafe::engine

// What the storage tests share: a folder that goes away, error codes of calls, passwords and test data.
#pragma once

#include "storage/container/sfc.hpp"
#include "storage/files/atomic_file.hpp"
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <omegasafe/error.hpp>

namespace omegasafe::test {

namespace fs = std::filesystem;
using bytes = std::vector<std::uint8_t>;

class temporary_folder {
public:
    temporary_folder() {
        std::string pattern = fs::temp_directory_path() / "omegasafe-test-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~temporary_folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    fs::path operator/(const std::string& name) const { return path_ / name; }
    const fs::path& path() const { return path_; }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(path_))
            found.push_back(entry.path().filename());
        std::sort(found.begin(), found.end());
        return found;
    }

private:
    fs::path path_;
};

/// The code a call fails with; errc::none when it does not.
template <typename Call>
errc code_of(Call call) {
    try {
        call();
    } catch (const failure& error) {
        return error.code();
    }
    return errc::none;
}

/// The sentence a call fails with.
template <typename Call>
std::string sentence_of(Call call) {
    try {
        call();
    } catch (const failure& error) {
        return error.what();
    }
    return {};
}

/// Bytes of period 251, so that swapped or repeated segments show.
inline bytes pattern(std::size_t size, std::size_t start = 0) {
    bytes out(size);
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<std::uint8_t>((start + i) % 251);
    return out;
}

inline crypto::uuid id(std::uint8_t number) {
    crypto::uuid made{};
    made.data[15] = number;
    return made;
}

/// A password of init's form: HKDF, so tests stay fast.
inline storage::sfc_password_ptr fast_password() {
    static const auto password = std::make_shared<storage::sfc_password>(crypto::generate_password().text());
    return password;
}

inline std::shared_ptr<const storage::byte_source> in_memory(bytes content) {
    return std::make_shared<storage::memory_source>(std::move(content), "the test container");
}

inline bytes to_bytes(crypto::const_byte_span span) {
    return {span.begin(), span.end()};
}

inline bytes file_bytes(const fs::path& path) {
    return storage::read_file(path, UINT64_MAX);
}

inline void write_file(const fs::path& path, crypto::const_byte_span content) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

} // namespace omegasafe::test

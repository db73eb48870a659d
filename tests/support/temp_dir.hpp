// A folder that lives as long as the test that made it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace omegasafe::test {

/// A fresh folder of mode 0700 under the system's temporary folder or another, removed with all it holds on
/// destruction.
class temp_dir {
public:
    temp_dir() : temp_dir(std::filesystem::temp_directory_path()) {}
    explicit temp_dir(const std::filesystem::path& parent);
    ~temp_dir();
    temp_dir(const temp_dir&) = delete;
    temp_dir& operator=(const temp_dir&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// Whole files as text. Both throw std::runtime_error on failure.
std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, std::string_view text);

} // namespace omegasafe::test

#include "tests/support/temp_dir.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace omegasafe::test {

namespace fs = std::filesystem;

temp_dir::temp_dir(const fs::path& parent) {
    std::string name = (parent / "omegasafe-test-XXXXXX").string(); // mkdtemp fills in the X
    if (!::mkdtemp(name.data()))
        throw std::runtime_error("cannot make a temporary folder " + name);
    path_ = name;
}

temp_dir::~temp_dir() {
    std::error_code error;
    // A test may have taken the right to write away.
    for (fs::recursive_directory_iterator it(path_, error), end; !error && it != end; it.increment(error))
        if (std::error_code ignored; it->is_directory(ignored) && !it->is_symlink(ignored))
            fs::permissions(it->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    fs::remove_all(path_, error);
}

std::string read_text(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw std::runtime_error("cannot read " + file.string());
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void write_text(const fs::path& file, std::string_view text) {
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream.close();
    if (!stream)
        throw std::runtime_error("cannot write " + file.string());
}

} // namespace omegasafe::test

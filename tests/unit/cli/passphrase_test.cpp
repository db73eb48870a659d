#include "cli/terminal/passphrase.hpp"

#include "tests/support/environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <fstream>

using namespace omegasafe;
using namespace omegasafe::cli;

namespace {

struct passphrase_file {
    test::temp_dir folder;
    std::string path = (folder / "phrase").string();

    void write(const std::string& text, std::filesystem::perms mode = std::filesystem::perms::owner_read) const {
        std::filesystem::remove(path);
        std::ofstream(path) << text;
        std::filesystem::permissions(path, mode);
    }
    errc refused() const {
        try {
            passphrase_for_import(path);
            return errc::none;
        } catch (const failure& problem) {
            return problem.code();
        }
    }
};

} // namespace

TEST_CASE_METHOD(passphrase_file, "a passphrase is its file without one line end, outer spaces included") {
    for (const auto* text : {" correct horse ", " correct horse \n", " correct horse \r\n"}) {
        write(text);
        CHECK(passphrase_for_import(path).text() == " correct horse ");
    }
    write(std::string(4096, 'x'));
    CHECK(passphrase_for_import(path).size() == 4096);
    write("correct horse");
    CHECK(passphrase_for_export(path)->text() == "correct horse");
    const test::scoped_variable other("OMEGASAFE_KEY_PASSPHRASE", "from the environment");
    CHECK(passphrase_for_import(path).text() == "correct horse");
    CHECK(passphrase_for_import("").text() == "from the environment");
}

TEST_CASE_METHOD(passphrase_file, "an empty OMEGASAFE_KEY_PASSPHRASE is not set, and its file comes next") {
    const test::scoped_variable empty("OMEGASAFE_KEY_PASSPHRASE", "");
    CHECK(passphrase_for_export("") == nullptr);
    write("from its file\n");
    const test::scoped_variable file("OMEGASAFE_KEY_PASSPHRASE_FILE", path);
    CHECK(passphrase_for_export("")->text() == "from its file");
}

TEST_CASE_METHOD(passphrase_file, "a passphrase file is small, there, and for its owner alone") {
    CHECK(refused() == errc::input_unreadable);
    write(std::string(4097, 'x'));
    CHECK(refused() == errc::input_unreadable);
    write("correct horse", std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
    CHECK(refused() == errc::usage);
    path = folder.path();
    CHECK(refused() == errc::input_unreadable);
}

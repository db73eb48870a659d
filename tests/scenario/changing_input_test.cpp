// Files that change while they are encrypted: what never existed as a whole is not encrypted.
#include "tests/scenario/one_device.hpp"

#include "storage/files/fail_points.hpp"
#include <cstring>
#include <fstream>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t input_size = 3'000'000;
fs::path changing;

void overwrite_input() {
    std::fstream file(changing, std::ios::in | std::ios::out);
    file.seekp(input_size / 2);
    file << "x";
}
void grow_input() {
    std::ofstream{changing, std::ios::app} << "x";
}
void shrink_input() {
    fs::resize_file(changing, input_size - 1);
}
void take_its_name() {
    fs::rename(changing, changing.string() + ".1");
    std::ofstream{changing} << "another file";
}

void (*change_of_input)() = nullptr;

/// The output is made after the input was opened and before it is read.
int change_the_input(const char* call) {
    if (std::strcmp(call, "reserve") == 0)
        change_of_input();
    return 0;
}

struct changing_input : one_device {
    fs::path output = folder / "out";

    changing_input() {
        configure(0, 0);
        changing = folder / "input";
        write_text(changing, std::string(input_size, 'a'));
        fs::last_write_time(changing, fs::last_write_time(changing) - std::chrono::seconds(10));
        storage::fail_point_hook_in_use = change_the_input;
    }
    ~changing_input() { storage::fail_point_hook_in_use = nullptr; }
    file_report encrypt() { return run_file(encrypt_file{changing, output, key_uuid, false}); }
};

} // namespace

TEST_CASE_METHOD(changing_input, "a file that is written to while it is encrypted is refused, and nothing is left") {
    change_of_input = GENERATE(overwrite_input, grow_input, shrink_input);
    try {
        encrypt();
        FAIL("encrypted what never existed");
    } catch (const failure& problem) {
        CHECK(problem.code() == errc::io_failed);
    }
    CHECK(!fs::exists(output));
}

TEST_CASE_METHOD(changing_input, "a file whose name another one takes meanwhile is encrypted as it was opened") {
    change_of_input = take_its_name;
    CHECK(encrypt().bytes == input_size);
}

TEST_CASE_METHOD(one_device, "a file that says it is empty and is not is refused before positions are claimed") {
    configure(0, 0);
    const auto before = pointer();
    try {
        run_file(encrypt_file{"/proc/self/status", folder / "out", key_uuid, false});
        FAIL("encrypted as empty");
    } catch (const failure& problem) {
        CHECK(problem.code() == errc::input_unreadable);
    }
    CHECK(pointer() == before);
}

#include "cli/show/format.hpp"

#include "cli/ask/key_profile.hpp"
#include "cli/terminal/progress_bar.hpp"

#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::cli;

TEST_CASE("display strings match the reference's examples") {
    CHECK(binary_size(52'428'800) == "50.0 MB");
    CHECK(binary_size_and_bytes(1'073'741'824) == "1.0 GB (1,073,741,824 bytes)");
    CHECK(percent_text(838'860'800, 1'073'741'824) + " " + binary_size_and_bytes(838'860'800) ==
          "78.1% 800.0 MB (838,860,800 bytes)");
    CHECK(binary_size_and_bytes(4'026'531'840) == "3.8 GB (4,026,531,840 bytes)");
    CHECK(percent(734'003'200, 1'073'741'824) == 68.3);
    CHECK(binary_size(0) == "0 B");
    CHECK(with_thousands(0) == "0");
    CHECK(with_thousands(999) == "999");
    CHECK(with_thousands(58'192'761) == "58,192,761");
}

TEST_CASE("the preset table is the reference's to the digit") {
    const auto table = preset_table();
    for (const auto* cell : {"0.75 MB", "1.00 MB", "4.00 MB", "929.7 MB", "907.4 GB", "232.8 TB", "1,239", "907,401",
             "58,192,761", "1.2 TB", "823.4 PB", "13,545.6 EB"})
        CHECK(table.find(cell) != std::string::npos);
}

TEST_CASE("the capacity guidance table is the reference's to the digit") {
    CHECK(capacity_guidance_table() == "Nucleus size   2 rotors  3 rotors  4 rotors\n"
                                       "0.10 MB         59.3 MB   23.1 GB    9.0 TB\n"
                                       "0.25 MB        929.7 MB  907.4 GB  885.6 TB\n"
                                       "0.50 MB          7.4 GB   14.5 TB   28.4 PB\n"
                                       "0.75 MB         25.1 GB   73.6 TB  215.6 PB\n"
                                       "1.00 MB         59.6 GB  232.8 TB  909.2 PB\n");
}

TEST_CASE("chain sizes are decimal megabytes within the range") {
    CHECK(parse_chain_megabytes("0.25") == 250'000u);
    CHECK(parse_chain_megabytes("1") == 1'000'000u);
    CHECK(parse_chain_megabytes("1.0") == 1'000'000u);
    CHECK(parse_chain_megabytes("0.1") == 100'000u);
    for (const auto* bad : {"", ".5", "0.", "0.09", "1.01", "-1", "1e0", "0.5x", "0.1234567", "10"})
        CHECK_FALSE(parse_chain_megabytes(bad));
}

TEST_CASE("the progress line shows share, rate and time left") {
    CHECK(progress_line("Encrypting", {500'000'000, 1'000'000'000}, 2.0) == "Encrypting  50%  250.0 MB/s  0:02 left");
    CHECK(progress_line("Encrypting", {0, 0}, 1.0) == "Encrypting   0%  0.0 MB/s");
}

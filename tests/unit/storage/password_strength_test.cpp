#include "crypto/kdf.hpp"
#include "storage/config/password_strength.hpp"

#include <catch2/catch.hpp>

using omegasafe::storage::password_weakness;

TEST_CASE("a password that is easily guessed is called weak, in words that do not repeat it") {
    for (const auto* weak : {"Password123", "qwertz12", "summer2024", "aaaaaaaa1", ""}) {
        const auto said = password_weakness(weak);
        REQUIRE(said);
        CHECK(said->find("2^") != std::string::npos);
        if (*weak != '\0')
            CHECK(said->find(weak) == std::string::npos);
    }
}

TEST_CASE("a long, a random and a generated password are not weak") {
    CHECK_FALSE(password_weakness("tinker-velvet-canyon-9-umbrella"));
    CHECK_FALSE(password_weakness("xK9#mQ2$vL7p"));
    CHECK_FALSE(password_weakness(omegasafe::crypto::generate_password().text()));
    CHECK_FALSE(password_weakness(std::string(4096, 'x')));
}

#include "crypto/kernels/dispatch.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>

using namespace omegasafe::crypto;

namespace {

/// Sets the override for the length of a test and puts the caller's own back.
class override_of_test {
public:
    explicit override_of_test(const char* value) {
        if (const char* before = std::getenv(kernel_variable))
            before_ = before;
        ::setenv(kernel_variable, value, 1);
    }
    ~override_of_test() {
        if (before_)
            ::setenv(kernel_variable, before_->c_str(), 1);
        else
            ::unsetenv(kernel_variable);
    }
    override_of_test(const override_of_test&) = delete;
    override_of_test& operator=(const override_of_test&) = delete;

private:
    std::optional<std::string> before_;
};

} // namespace

TEST_CASE("kernels have distinct names and the portable one always runs", "[kernels]") {
    std::set<std::string_view> names;
    for (const kernel* candidate : all_kernels()) {
        CHECK_FALSE(candidate->name.empty());
        CHECK(names.insert(candidate->name).second);
    }
    REQUIRE(find_kernel("portable") != nullptr);
    CHECK(find_kernel("portable")->available());
}

TEST_CASE("without a name the first kernel that runs here is chosen", "[kernels]") {
    const kernel* fastest = nullptr;
    for (const kernel* candidate : all_kernels())
        if (fastest == nullptr && candidate->available())
            fastest = candidate;
    CHECK(&choose_kernel("") == fastest);
    CHECK(&choose_kernel("portable") == find_kernel("portable"));
}

TEST_CASE("an unknown kernel is an error that tells what to do", "[kernels]") {
    CHECK(find_kernel("abacus") == nullptr);
    CHECK_THROWS_AS(choose_kernel("abacus"), std::invalid_argument);
    CHECK_THROWS_WITH(choose_kernel("abacus"),
        Catch::Contains("OMEGASAFE_KERNEL") && Catch::Contains("'abacus'") && Catch::Contains(" portable"));
    CHECK_THROWS_AS(choose_kernel("portabl"), std::invalid_argument);
    CHECK_THROWS_AS(choose_kernel("Portable"), std::invalid_argument);
}

TEST_CASE("the environment's choice is checked without using it", "[kernels]") {
    {
        const override_of_test override("portable");
        CHECK_FALSE(kernel_override_problem());
    }
    {
        const override_of_test override("");
        CHECK_FALSE(kernel_override_problem());
    }
    const override_of_test override("abacus");
    REQUIRE(kernel_override_problem());
    CHECK_THAT(*kernel_override_problem(), Catch::Contains("'abacus'"));
}

TEST_CASE("a forced kernel is the one selected", "[kernels]") {
    const kernel& before = selected_kernel();
    const kernel pretender{"pretender", [] { return true; }, nullptr, nullptr};
    {
        const forced_kernel force(pretender);
        CHECK(&selected_kernel() == &pretender);
    }
    CHECK(&selected_kernel() == &before);
}

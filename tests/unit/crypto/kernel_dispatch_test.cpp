#include "crypto/kernels/dispatch.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>
#include <vector>

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

// CTest sets the variable: the choice is made once in a process.
TEST_CASE("the variable decides which kernel is selected", "[.kernel_variable]") {
    REQUIRE(std::getenv(kernel_variable) != nullptr);
    CHECK(selected_kernel().name == std::getenv(kernel_variable));
}

TEST_CASE("the list of kernels says which can run and which one is selected", "[kernels]") {
    const auto check = [](std::string_view expected) {
        std::size_t selected = 0;
        for (const kernel_info& info : list_kernels()) {
            CHECK(info.available == (find_kernel(info.name) != nullptr));
            CHECK(info.selected == (info.name == expected));
            selected += info.selected ? 1 : 0;
        }
        CHECK(selected == 1);
    };
    CHECK(list_kernels().size() == all_kernels().size());
    check(selected_kernel().name);
    for (const kernel* choice : all_kernels())
        if (choice->available()) {
            const forced_kernel force(*choice);
            check(choice->name);
        }
}

#if defined(__x86_64__)
TEST_CASE("kernels of this processor's family are there, the widest first", "[kernels]") {
    std::vector<std::string_view> names;
    for (const kernel* candidate : all_kernels())
        names.push_back(candidate->name);
    CHECK(names == std::vector<std::string_view>{"avx512vbmi", "avx2", "portable"});
    CHECK((find_kernel("avx2") != nullptr) == (__builtin_cpu_supports("avx2") != 0));
    CHECK((find_kernel("avx512vbmi") != nullptr) == (__builtin_cpu_supports("avx512vbmi") != 0));
}
#endif

TEST_CASE("a forced kernel is the one selected", "[kernels]") {
    const kernel& before = selected_kernel();
    const kernel pretender{"pretender", [] { return true; }, nullptr, nullptr};
    {
        const forced_kernel force(pretender);
        CHECK(&selected_kernel() == &pretender);
    }
    CHECK(&selected_kernel() == &before);
}

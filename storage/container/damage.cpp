#include "storage/container/damage.hpp"

namespace omegasafe::storage {

namespace {

constexpr std::string_view usual_way_out = "; restore it from a copy.";

} // namespace

failure damaged(const std::string& fault) {
    return {errc::container_damaged, fault + std::string{usual_way_out}};
}

failure with_way_out(const failure& damage, const std::string& way_out) {
    std::string sentence = damage.what();
    if (sentence.ends_with(usual_way_out))
        sentence.replace(sentence.size() - usual_way_out.size(), std::string::npos, ".");
    return {damage.code(), sentence + " " + way_out, damage.detail()};
}

} // namespace omegasafe::storage

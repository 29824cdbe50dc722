// Runs every parser over its corpus and over a fixed number of mutated inputs, with any compiler; the sanitizers of
// the dev build do the watching.

#include <filesystem>
#include <fstream>
#include <random>

#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"
#include "targets.h"

namespace sagespark::fuzz {
namespace {

std::vector<std::string> ReadCorpus(const std::string& name) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(SourcePath("tests/fuzz/corpus/") + name)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

class Mutator {
 public:
  std::string Mutate(const std::vector<std::string>& corpus) {
    std::string bytes = corpus[Below(corpus.size())];
    for (size_t i = Below(4) + 1; i > 0; --i) MutateOnce(corpus, bytes);
    return bytes;
  }

 private:
  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  void MutateOnce(const std::vector<std::string>& corpus, std::string& bytes) {
    const size_t at = Below(bytes.size());
    switch (Below(6)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8)));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random_());
        break;
      case 2: bytes.resize(at); break;
      case 3: bytes.insert(at, Below(9), static_cast<char>(random_())); break;
      case 4: bytes.erase(at, Below(9)); break;
      default: {
        const std::string& other = corpus[Below(corpus.size())];
        bytes.insert(at, other.substr(Below(other.size()), Below(64)));
      }
    }
  }

  std::mt19937_64 random_{20261121};
};

class MutationTest : public ::testing::TestWithParam<Target> {};

TEST_P(MutationTest, ParserStandsTheCorpusAndItsMutations) {
  const std::vector<std::string> corpus = ReadCorpus(GetParam().name);
  ASSERT_FALSE(corpus.empty());
  for (const std::string& input : corpus) GetParam().run(input);
  Mutator mutator;
  for (int i = 0; i < GetParam().mutations; ++i) {
    // A copy of the exact size, so that one byte too far is seen.
    const std::string mutated = mutator.Mutate(corpus);
    const std::vector<char> exact(mutated.begin(), mutated.end());
    GetParam().run({exact.data(), exact.size()});
  }
}

INSTANTIATE_TEST_SUITE_P(Parsers, MutationTest, ::testing::ValuesIn(kTargets), [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sagespark::fuzz

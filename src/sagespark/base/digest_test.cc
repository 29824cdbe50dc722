#include "sagespark/base/digest.h"

#include "sagespark/testing/matchers.h"

namespace sagespark {
namespace {

TEST(DigestTest, AnswersTheCheckValuesOfTheirCatalogues) {
  // "123456789" is the check input of the CRC catalogue (reveng); the hashes are of coreutils.
  const struct {
    DigestAlgorithm algorithm;
    const char* hex;
  } cases[] = {
      {DigestAlgorithm::kMd5, "25f9e794323b453885f5181f1b624d0b"},
      {DigestAlgorithm::kSha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
      {DigestAlgorithm::kSha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
      {DigestAlgorithm::kCrc32, "cbf43926"},
      {DigestAlgorithm::kCrc32c, "e3069283"},
      {DigestAlgorithm::kCrc64Nvme, "ae8b14860a799888"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.hex);
    EXPECT_EQ(ToHex(DigestOf(test_case.algorithm, "123456789")), test_case.hex);
    Digest in_pieces(test_case.algorithm);
    in_pieces.Update("1234");
    in_pieces.Update("");
    in_pieces.Update("56789");
    EXPECT_EQ(ToHex(in_pieces.Finish()), test_case.hex);
  }
}

TEST(DigestTest, CrcsOfAnyLengthAreThoseOfTheirBytesOneByOne) {
  std::string bytes(300, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 131 + i / 7);
  for (const auto algorithm : {DigestAlgorithm::kCrc32, DigestAlgorithm::kCrc32c, DigestAlgorithm::kCrc64Nvme}) {
    for (size_t begin = 0; begin < 4; ++begin) {
      for (size_t size = 0; begin + size <= bytes.size(); ++size) {
        const std::string_view piece = std::string_view(bytes).substr(begin, size);
        Digest one_by_one(algorithm);
        for (size_t i = 0; i < piece.size(); ++i) one_by_one.Update(piece.substr(i, 1));
        ASSERT_EQ(DigestOf(algorithm, piece), one_by_one.Finish()) << begin << "+" << size;
      }
    }
  }
}

TEST(DigestTest, CrcsOfPartsCombine) {
  const std::string first = "1234", second = "56789" + std::string(1000, 'x');
  for (const auto algorithm : {DigestAlgorithm::kCrc32, DigestAlgorithm::kCrc32c, DigestAlgorithm::kCrc64Nvme}) {
    EXPECT_EQ(CombineCrc(algorithm, DigestOf(algorithm, first), DigestOf(algorithm, second), second.size()),
              DigestOf(algorithm, first + second));
    EXPECT_EQ(CombineCrc(algorithm, DigestOf(algorithm, first), DigestOf(algorithm, ""), 0),
              DigestOf(algorithm, first));
  }
}

TEST(DigestTest, HmacSha1IsThatOfRfc2202) {
  EXPECT_EQ(ToHex(HmacSha1("Jefe", "what do ya want for nothing?")), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(DigestTest, HmacIsThatOfRfc4231) {
  EXPECT_EQ(ToHex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Base64Test, ReadsWhatItWritesAndNothingElse) {
  for (const char* bytes : {"", "f", "fo", "foo", "foob"}) {
    EXPECT_EQ(Base64Decode(Base64Encode(bytes)), std::string(bytes));
  }
  EXPECT_EQ(Base64Encode("foob"), "Zm9vYg==");
  for (const char* text : {"Zm9v\n", "Zm9", "Zm9vYh==", "====", "Zm=v", " Zm9"}) {
    EXPECT_EQ(Base64Decode(text), std::nullopt) << text;
  }
}

TEST(ConstantTimeEqualsTest, ComparesAllBytes) {
  EXPECT_TRUE(ConstantTimeEquals("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "ab"));
}

}  // namespace
}  // namespace sagespark

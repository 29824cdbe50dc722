#include <filesystem>
#include <fstream>

#include "sagespark/cli/doctor/aws_names.h"
#include "sagespark/cli/doctor/endpoint_checks.h"
#include "sagespark/cli/doctor/trust_policy.h"
#include "sagespark/server/tls/certificate_authority.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/temporary_folder.h"

namespace sagespark::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kSageMaker = "sagemaker.amazonaws.com";

TEST(TrustPolicyTest, LooksForAStatementThatAllowsTheService) {
  const std::vector<std::pair<std::string, bool>> cases = {
      {R"({"Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]})", true},
      {R"({"Statement": {"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com", "sagemaker.amazonaws.com"]}, "Action": ["sts:TagSession", "sts:AssumeRole"]}})",
       true},
      {R"({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "sts:AssumeRole"},
                         {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:*"}]})",
       true},
      {R"({"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})", false},
      {R"({"Statement": [{"Effect": "Deny", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]})", false},
      {R"({"Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:TagSession"}]})", false},
      {R"({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]})", false},
      {R"({"Statement": []})", false}};
  for (const auto& [policy, expected] : cases) {
    SCOPED_TRACE(policy);
    EXPECT_THAT(MayBeAssumedBy(policy, kSageMaker), HasValue(expected));
  }
  EXPECT_THAT(MayBeAssumedBy("{}", kSageMaker), IsError(ErrorKind::kCorruptData, HasSubstr("Statement")));
  EXPECT_THAT(MayBeAssumedBy("not json", kSageMaker), IsError(ErrorKind::kCorruptData, HasSubstr("Statement")));
}

TEST(TrustPolicyTest, TheStatementThatIsAdvisedIsOneThatCounts) {
  EXPECT_THAT(MayBeAssumedBy("{\"Statement\": [" + TrustStatementFor(kSageMaker) + "]}", kSageMaker), HasValue(true));
}

TEST(AwsNamesTest, TakesArnsApart) {
  ASSERT_OK_AND_ASSIGN(const Arn role, ParseArn("arn:aws-cn:iam::123456789012:role/service-role/My-Role"));
  EXPECT_EQ(role.partition, "aws-cn");
  EXPECT_EQ(role.account, "123456789012");
  EXPECT_THAT(RoleNameOf(role), HasValue("My-Role"));
  EXPECT_EQ(AssumedRoleOf(role), "");
  ASSERT_OK_AND_ASSIGN(const Arn session, ParseArn("arn:aws:sts::123456789012:assumed-role/My-Role/me@here"));
  EXPECT_EQ(AssumedRoleOf(session), "My-Role");
  EXPECT_THAT(RoleNameOf(session), IsError(ErrorKind::kInvalidArgument, HasSubstr("role/NAME")));
  for (const char* text : {"", "My-Role", "arn:aws:iam", "arn:aws:iam::1:", "urn:aws:iam::1:role/x"}) {
    EXPECT_THAT(ParseArn(text), IsError(ErrorKind::kInvalidArgument, HasSubstr("Not an ARN"))) << text;
  }
}

TEST(AwsNamesTest, TakesImagesOfAmazonsRegistryOnly) {
  ASSERT_OK_AND_ASSIGN(const RegistryImage tagged, ParseRegistryImage("382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"));
  EXPECT_EQ(tagged.image.registry_id, "382416733822");
  EXPECT_EQ(tagged.image.repository, "kmeans");
  EXPECT_EQ(tagged.image.tag, "1");
  EXPECT_EQ(tagged.region, "us-east-1");
  ASSERT_OK_AND_ASSIGN(const RegistryImage bare, ParseRegistryImage("390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/team/model"));
  EXPECT_EQ(bare.image.repository, "team/model");
  EXPECT_EQ(bare.image.tag, "latest");
  ASSERT_OK_AND_ASSIGN(const RegistryImage digest, ParseRegistryImage("382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans@sha256:ab"));
  EXPECT_EQ(digest.image.digest, "sha256:ab");
  EXPECT_EQ(digest.image.tag, "");
  for (const char* uri : {"kmeans:1", "docker.io/library/python:3", "1.dkr.ecr.us-east-1.amazonaws.com/kmeans", "382416733822.dkr.ecr.us-east-1.example.com/kmeans"}) {
    EXPECT_THAT(ParseRegistryImage(uri), IsError(ErrorKind::kInvalidArgument, HasSubstr(uri))) << uri;
  }
}

TEST(EndpointChecksTest, ComparesClocks) {
  const FakeClock clock(SystemTime(std::chrono::seconds(784111777)));  // Sun, 06 Nov 1994 08:49:37 GMT
  const std::vector<std::tuple<std::string, Verdict, std::string>> cases = {
      {"Sun, 06 Nov 1994 08:49:35 GMT", Verdict::kOk, "2 s ahead"},
      {"Sun, 06 Nov 1994 08:50:37 GMT", Verdict::kWarning, "60 s behind"},
      {"Sun, 06 Nov 1994 08:40:37 GMT", Verdict::kFailed, "540 s ahead"},
      {"yesterday", Verdict::kWarning, "no time"}};
  for (const auto& [date, verdict, text] : cases) {
    Findings findings;
    CheckClock({{"Date", date}}, clock, findings);
    ASSERT_EQ(findings.all().size(), 1u);
    EXPECT_EQ(findings.all()[0].verdict, verdict) << date;
    EXPECT_THAT(findings.all()[0].text, HasSubstr(text));
  }
}

TEST(EndpointChecksTest, ReadsCaFiles) {
  const TemporaryFolder folder;
  ASSERT_OK(server::CertificateAuthority::OpenOrCreate(folder.path()));
  std::ofstream(folder.path() / "none.pem") << "nothing";
  const std::vector<std::pair<std::string, Verdict>> cases = {
      {server::CertificateAuthority::CertificatePath(folder.path()), Verdict::kOk},
      {folder.path() / "none.pem", Verdict::kFailed},
      {folder.path() / "absent.pem", Verdict::kFailed}};
  for (const auto& [path, verdict] : cases) {
    Findings findings;
    CheckCaFile(path, findings);
    ASSERT_EQ(findings.all().size(), 1u);
    EXPECT_EQ(findings.all()[0].verdict, verdict) << path;
    EXPECT_EQ(findings.any_failed(), verdict == Verdict::kFailed);
  }
  Findings findings;
  CheckCaFile("", findings);
  EXPECT_TRUE(findings.all().empty());
}

}  // namespace
}  // namespace sagespark::cli

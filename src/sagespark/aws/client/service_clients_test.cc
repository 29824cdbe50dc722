// STS, SageMaker, SageMaker Runtime, CloudWatch Logs, IAM, ECR and Service Quotas on the wire.

#include <future>

#include "sagespark/aws/client/ecr_client.h"
#include "sagespark/aws/client/iam_client.h"
#include "sagespark/aws/client/logs_client.h"
#include "sagespark/aws/client/sagemaker_client.h"
#include "sagespark/aws/client/sagemaker_runtime_client.h"
#include "sagespark/aws/client/service_quotas_client.h"
#include "sagespark/aws/client/sts_client.h"
#include "sagespark/aws/client/testing/test_context.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_server::Gate;
using testing_server::Reply;
using testing_server::ScriptedServer;

Reply JsonError(int status, const std::string& type, const std::string& message) {
  return {.status = status, .body = "{\"__type\": \"" + type + "\", \"message\": \"" + message + "\"}"};
}

TEST(StsClientTest, NamesTheCaller) {
  ScriptedServer server({{.method = "POST",
                          .path = "/",
                          .reply = {.body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                                            "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>U</UserId>"
                                            "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"}}});
  const FakeClock clock;
  ASSERT_OK_AND_ASSIGN(const CallerIdentity caller, MakeStsClient(ContextOf(server, clock))->GetCallerIdentity());
  EXPECT_EQ(caller.account, "123456789012");
  EXPECT_EQ(caller.arn, "arn:aws:iam::123456789012:user/x");
  EXPECT_EQ(server.requests()[0].body, "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_THAT(server.requests()[0].header("authorization"), HasSubstr("/us-east-1/sts/aws4_request"));
}

TEST(StsClientTest, AWrongKeyIsUnauthenticated) {
  ScriptedServer server({{.reply = {.status = 403,
                                    .body = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>No.</Message>"
                                            "</Error></ErrorResponse>"}}});
  const FakeClock clock;
  EXPECT_THAT(MakeStsClient(ContextOf(server, clock))->GetCallerIdentity().status(),
              IsError(ErrorKind::kUnauthenticated, "GetCallerIdentity failed: InvalidClientTokenId: No."));
}

TEST(IamClientTest, ReadsARoleAndItsTrustPolicy) {
  ScriptedServer server({{.method = "POST",
                          .path = "/",
                          .reply = {.body = "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role>"
                                            "<Arn>arn:aws:iam::123456789012:role/team/x</Arn>"
                                            "<AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument>"
                                            "</Role></GetRoleResult></GetRoleResponse>"}},
                         {.reply = {.status = 404,
                                    .body = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>None.</Message></Error></ErrorResponse>"}}});
  const FakeClock clock;
  const auto client = MakeIamClient(ContextOf(server, clock));
  ASSERT_OK_AND_ASSIGN(const IamRole role, client->GetRole("x"));
  EXPECT_EQ(role.arn, "arn:aws:iam::123456789012:role/team/x");
  EXPECT_EQ(role.trust_policy, R"({"Statement":[]})");
  EXPECT_EQ(server.requests()[0].body, "Action=GetRole&Version=2010-05-08&RoleName=x");
  EXPECT_THAT(server.requests()[0].header("authorization"), HasSubstr("/us-east-1/iam/aws4_request"));
  EXPECT_THAT(client->GetRole("y"), IsError(ErrorKind::kNotFound, "GetRole failed: NoSuchEntity: None."));
}

TEST(IamClientTest, NamesTheActionsThatAreNotAllowedOnAnyPage) {
  const auto page = [](const std::string& members, const std::string& end) {
    return Reply{.body = "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>" + members +
                         "</EvaluationResults>" + end + "</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"};
  };
  const auto member = [](const std::string& action, const std::string& decision) {
    return "<member><EvalActionName>" + action + "</EvalActionName><EvalDecision>" + decision + "</EvalDecision></member>";
  };
  ScriptedServer server({{.reply = page(member("s3:PutObject", "implicitDeny") + member("s3:GetObject", "allowed"),
                                        "<IsTruncated>true</IsTruncated><Marker>m 1</Marker>")},
                         {.reply = page(member("iam:PassRole", "explicitDeny"), "<IsTruncated>false</IsTruncated>")}});
  const FakeClock clock;
  const auto denied = MakeIamClient(ContextOf(server, clock))
                          ->SimulatePrincipalPolicy({.principal_arn = "arn:u",
                                                     .actions = {"s3:GetObject", "s3:PutObject"},
                                                     .resource_arn = "arn:r",
                                                     .context = {{"iam:PassedToService", "sagemaker.amazonaws.com"}}});
  EXPECT_THAT(denied, HasValue(ElementsAre("iam:PassRole", "s3:PutObject")));
  EXPECT_EQ(server.requests()[0].body,
            "Action=SimulatePrincipalPolicy&Version=2010-05-08&PolicySourceArn=arn%3Au&ActionNames.member.1=s3%3AGetObject"
            "&ActionNames.member.2=s3%3APutObject&ResourceArns.member.1=arn%3Ar&ContextEntries.member.1.ContextKeyName=iam%3APassedToService"
            "&ContextEntries.member.1.ContextKeyType=string&ContextEntries.member.1.ContextKeyValues.member.1=sagemaker.amazonaws.com");
  EXPECT_THAT(server.requests()[1].body, testing::EndsWith("&Marker=m%201"));
}

TEST(EcrClientTest, TellsWhetherAnImageIsThere) {
  ScriptedServer server({{.reply = {.body = R"({"images": [{"imageId": {"imageTag": "1"}}], "failures": []})"}},
                         {.reply = {.body = R"({"images": [], "failures": [{"failureCode": "ImageNotFound", "failureReason": "No image."}]})"}},
                         {.reply = JsonError(400, "RepositoryNotFoundException", "No repository")},
                         {.reply = {.body = "{}"}}});
  const FakeClock clock;
  const auto client = MakeEcrClient(ContextOf(server, clock));
  EXPECT_OK(client->BatchGetImage({.registry_id = "382416733822", .repository = "kmeans", .tag = "1"}));
  EXPECT_EQ(server.requests()[0].body, R"({"imageIds":[{"imageTag":"1"}],"registryId":"382416733822","repositoryName":"kmeans"})");
  EXPECT_EQ(server.requests()[0].header("x-amz-target"), "AmazonEC2ContainerRegistry_V20150921.BatchGetImage");
  const EcrImage by_digest{.registry_id = "382416733822", .repository = "kmeans", .digest = "sha256:ab"};
  EXPECT_THAT(client->BatchGetImage(by_digest), IsError(ErrorKind::kNotFound, "BatchGetImage failed: No image."));
  EXPECT_THAT(server.requests()[1].body, HasSubstr(R"([{"imageDigest":"sha256:ab"}])"));
  EXPECT_THAT(client->BatchGetImage(by_digest), IsError(ErrorKind::kNotFound, HasSubstr("No repository")));
  EXPECT_THAT(client->BatchGetImage(by_digest), IsError(ErrorKind::kCorruptData, HasSubstr("neither")));
}

TEST(ServiceQuotasClientTest, GoesThroughAllPagesUntilItIsTold) {
  const auto page = [](const std::string& name, const std::string& token) {
    return Reply{.body = R"({"Quotas": [{"QuotaCode": "L-1", "QuotaName": ")" + name + R"(", "Value": 4.0}])" + token + "}"};
  };
  ScriptedServer server({{.reply = page("first", R"(, "NextToken": "t1")")}, {.reply = page("second", "")}, {.reply = page("third", R"(, "NextToken": "t2")")}});
  const FakeClock clock;
  const auto client = MakeServiceQuotasClient(ContextOf(server, clock));
  std::vector<std::string> names;
  const auto visit = [&](const ServiceQuota& quota) {
    EXPECT_EQ(quota.value, 4);
    names.push_back(quota.name);
    return quota.name != "third";
  };
  EXPECT_OK(client->ListServiceQuotas("sagemaker", visit));
  EXPECT_OK(client->ListAWSDefaultServiceQuotas("sagemaker", visit));
  EXPECT_THAT(names, ElementsAre("first", "second", "third"));
  EXPECT_EQ(server.requests()[1].body, R"({"MaxResults":100,"NextToken":"t1","ServiceCode":"sagemaker"})");
  EXPECT_EQ(server.requests()[2].header("x-amz-target"), "ServiceQuotasV20190624.ListAWSDefaultServiceQuotas");
}

TEST(SageMakerClientTest, SendsShapesAndReadsThem) {
  ScriptedServer server({{.method = "POST", .path = "/", .reply = {.body = R"({"ModelArn": "arn:model"})"}},
                         {.reply = {}}});
  const FakeClock clock;
  const auto client = MakeSageMakerClient(ContextOf(server, clock));
  sagemaker::CreateModelRequest request{.model_name = "m"};
  request.execution_role_arn = "arn:role";
  ASSERT_OK_AND_ASSIGN(const auto created, client->CreateModel(request));
  EXPECT_EQ(created.model_arn, "arn:model");
  EXPECT_OK(client->DeleteModel({.model_name = "m"}));
  const auto sent = server.requests();
  EXPECT_EQ(sent[0].header("x-amz-target"), "SageMaker.CreateModel");
  EXPECT_EQ(sent[0].header("content-type"), "application/x-amz-json-1.1");
  EXPECT_EQ(sent[0].body, R"({"ExecutionRoleArn":"arn:role","ModelName":"m"})");
  EXPECT_THAT(sent[0].header("authorization"), HasSubstr("/us-east-1/sagemaker/aws4_request"));
  EXPECT_EQ(sent[1].header("x-amz-target"), "SageMaker.DeleteModel");
}

TEST(SageMakerClientTest, ErrorsHaveTheirKind) {
  const std::vector<std::tuple<Reply, ErrorKind, std::string>> cases = {
      {JsonError(400, "ValidationException", "Could not find model \\\"m\\\"."), ErrorKind::kNotFound,
       "DescribeModel failed: ValidationException: Could not find model \"m\"."},
      {JsonError(400, "com.amazon.coral#ValidationException", "Too long"), ErrorKind::kInvalidArgument,
       "DescribeModel failed: ValidationException: Too long"},
      {JsonError(400, "ResourceInUse", "Taken"), ErrorKind::kAlreadyExists, "DescribeModel failed: ResourceInUse: Taken"},
      {JsonError(400, "ResourceLimitExceeded", "Quota"), ErrorKind::kResourceLimit,
       "DescribeModel failed: ResourceLimitExceeded: Quota"},
      {JsonError(400, "AccessDeniedException", "No"), ErrorKind::kPermissionDenied,
       "DescribeModel failed: AccessDeniedException: No"},
      {JsonError(400, "UnrecognizedClientException", "No"), ErrorKind::kUnauthenticated,
       "DescribeModel failed: UnrecognizedClientException: No"},
      {Reply{.status = 400, .body = "not json"}, ErrorKind::kInvalidArgument, "DescribeModel failed: HTTP status 400"},
      {Reply{.body = "not json"}, ErrorKind::kCorruptData, "DescribeModel failed: the reply is no JSON"},
      {Reply{.body = R"({"ModelName": 7})"}, ErrorKind::kCorruptData, "DescribeModel failed: the reply does not fit"}};
  for (const auto& [reply, kind, message] : cases) {
    SCOPED_TRACE(message);
    ScriptedServer server({{.reply = reply}});
    const FakeClock clock;
    EXPECT_THAT(MakeSageMakerClient(ContextOf(server, clock))->DescribeModel({.model_name = "m"}).status(),
                IsError(kind, testing::StartsWith(message)));
  }
}

TEST(SageMakerClientTest, ThrottlingIsRetriedWithinTheQuota) {
  ScriptedServer server({{.reply = JsonError(400, "ThrottlingException", "Rate exceeded")}, {.reply = {.body = "{\"Models\": []}"}}});
  const FakeClock clock;
  EXPECT_OK(MakeSageMakerClient(ContextOf(server, clock))->ListModels({}));
  EXPECT_THAT(clock.sleeps(), ElementsAre(milliseconds(500)));
}

TEST(LogsClientTest, ReadsEvents) {
  ScriptedServer server({{.reply = {.body = R"({"events": [{"timestamp": 5, "message": "line"}], "nextForwardToken": "f/1"})"}}});
  const FakeClock clock;
  logs::GetLogEventsRequest request{.log_stream_name = "job/algo-1"};
  request.log_group_name = "/aws/sagemaker/TrainingJobs";
  ASSERT_OK_AND_ASSIGN(const auto page, MakeLogsClient(ContextOf(server, clock))->GetLogEvents(request));
  ASSERT_EQ(page.events.size(), 1u);
  EXPECT_EQ(page.events[0].message, "line");
  EXPECT_EQ(page.next_forward_token, "f/1");
  EXPECT_EQ(server.requests()[0].header("x-amz-target"), "Logs_20140328.GetLogEvents");
}

TEST(SageMakerRuntimeClientTest, SendsTheBodyAndReturnsTheAnswer) {
  ScriptedServer server({{.method = "POST", .path = "/endpoints/a%20b/invocations",
                          .reply = {.headers = {{"Content-Type", "text/csv"}, {"x-Amzn-Invoked-Production-Variant", "AllRequests"}},
                                    .body = "1\n"}}});
  const FakeClock clock;
  ASSERT_OK_AND_ASSIGN(const auto answer,
                       MakeSageMakerRuntimeClient(ContextOf(server, clock))
                           ->InvokeEndpoint({.endpoint_name = "a b", .body = "1,2", .content_type = "text/csv", .accept = "text/csv"}));
  EXPECT_EQ(answer.body, "1\n");
  EXPECT_EQ(answer.content_type, "text/csv");
  EXPECT_EQ(answer.invoked_variant, "AllRequests");
  const auto request = server.requests()[0];
  EXPECT_EQ(request.body, "1,2");
  EXPECT_EQ(request.header("accept"), "text/csv");
  EXPECT_THAT(request.header("authorization"), HasSubstr("/us-east-1/sagemaker/aws4_request"));
}

Reply ModelErrorReply(int original) {
  return {.status = 424,
          .headers = {{"x-amzn-ErrorType", "ModelError:http://internal.amazon.com/coral/"}},
          .body = R"({"ErrorCode":"X","OriginalStatusCode":)" + std::to_string(original) +
                  R"(,"OriginalMessage":"row 3 is short","Message":"Received error from primary"})"};
}

TEST(SageMakerRuntimeClientTest, RetriesWhatMayPass) {
  const std::vector<std::pair<std::string, Reply>> cases = {
      {"429", {.status = 429}},
      {"500", {.status = 500}},
      {"503", JsonError(503, "ServiceUnavailable", "Busy")},
      {"throttled", JsonError(400, "ThrottlingException", "Rate exceeded")},
      {"cut", {.cut = true}},
      {"cut in the body", {.body = "123456", .cut_after = 3}},
      {"container's 503", ModelErrorReply(503)},
      {"container's 429", ModelErrorReply(429)}};
  for (const auto& [name, reply] : cases) {
    SCOPED_TRACE(name);
    ScriptedServer server({{.reply = reply}, {.reply = {.body = "ok"}}});
    const FakeClock clock;
    ASSERT_OK_AND_ASSIGN(const auto answer, MakeSageMakerRuntimeClient(ContextOf(server, clock))
                                                ->InvokeEndpoint({.endpoint_name = "e", .body = "body"}));
    EXPECT_EQ(answer.body, "ok");
    EXPECT_EQ(server.requests()[1].body, "body");
  }
}

TEST(SageMakerRuntimeClientTest, DoesNotRetryWhatTheContainerRejects) {
  ScriptedServer server({{.reply = ModelErrorReply(400)}});
  const FakeClock clock;
  EXPECT_THAT(MakeSageMakerRuntimeClient(ContextOf(server, clock))->InvokeEndpoint({.endpoint_name = "e"}).status(),
              IsError(ErrorKind::kModelError,
                      "InvokeEndpoint of \"e\" failed: the model's container answered 400: row 3 is short"));
}

TEST(SageMakerRuntimeClientTest, ARefusedConnectionIsUnavailableAfterItsRetries) {
  const FakeClock clock;
  const auto context = ContextOf(ConfigOf("http://127.0.0.1:" + std::to_string(testing_server::RefusingPort())), clock);
  EXPECT_THAT(MakeSageMakerRuntimeClient(context)->InvokeEndpoint({.endpoint_name = "e"}).status(),
              IsError(ErrorKind::kUnavailable, HasSubstr("InvokeEndpoint of \"e\" failed: HTTP request failed: ")));
  EXPECT_EQ(clock.sleeps().size(), 9u);
}

TEST(SageMakerRuntimeClientTest, ASlowModelTimesOutAttemptByAttempt) {
  const auto gate = std::make_shared<Gate>();
  ScriptedServer server({{.reply = {.hold_headers = gate}}, {.reply = {.body = "ok"}}});
  const FakeClock clock;
  ASSERT_OK_AND_ASSIGN(const auto answer,
                       MakeSageMakerRuntimeClient(ContextOf(server, clock))
                           ->InvokeEndpoint({.endpoint_name = "e"}, {.attempt_timeout = milliseconds(200)}));
  EXPECT_EQ(answer.body, "ok");
}

TEST(SageMakerRuntimeClientTest, CancelEndsAnInvocationWithoutARetry) {
  const auto gate = std::make_shared<Gate>();
  ScriptedServer server({{.reply = {.hold_headers = gate}}});
  const FakeClock clock;
  CancellationSource source;
  const auto client = MakeSageMakerRuntimeClient(ContextOf(server, clock));
  auto answer = std::async(std::launch::async, [&] {
    return client->InvokeEndpoint({.endpoint_name = "e"}, {}, {.cancellation = source.token()}).status();
  });
  server.WaitForRequests(1);
  source.Cancel();
  EXPECT_THAT(answer.get(), IsError(ErrorKind::kCancelled, HasSubstr("InvokeEndpoint of \"e\" failed")));
}

TEST(SageMakerRuntimeClientTest, AnAnswerOverTheLimitIsAResourceLimit) {
  ScriptedServer server({{.reply = {.body = std::string(101, 'x')}}});
  const FakeClock clock;
  EXPECT_THAT(MakeSageMakerRuntimeClient(ContextOf(server, clock))
                  ->InvokeEndpoint({.endpoint_name = "e"}, {.max_body_bytes = 100})
                  .status(),
              IsError(ErrorKind::kResourceLimit, HasSubstr("100")));
}

}  // namespace
}  // namespace sagespark::aws

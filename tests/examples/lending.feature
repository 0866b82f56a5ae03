Feature: Lending a role

  Scenario: What was lent comes back by itself
    Given a role "reader" with the policy "AliyunOTSReadOnlyAccess"
    When it is lent for an hour
    Then its borrower may "ots:GetRow"
    When an hour has passed
    Then the loan has ended
